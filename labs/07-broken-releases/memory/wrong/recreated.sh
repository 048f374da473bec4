# The Deployment is deleted, made again and then mended: same name, another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl set resources deployment/blog-api --limits=memory=128Mi
kubectl rollout status deployment/blog-api --timeout=60s
