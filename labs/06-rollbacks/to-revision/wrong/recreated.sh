# The Deployment is deleted and made again around its history, and then undone: another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api --cascade=orphan
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api --to-revision=2
kubectl rollout status deployment/blog-api --timeout=60s
