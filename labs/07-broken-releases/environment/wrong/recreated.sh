# The Deployment is deleted, made again and then mended: same name, another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog
kubectl rollout status deployment/blog-api --timeout=60s
