# The Deployment is deleted and made again, then changed: another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
