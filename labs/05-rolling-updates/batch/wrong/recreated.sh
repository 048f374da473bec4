# The Deployment is deleted and made again, then changed: another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
