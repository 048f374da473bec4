# Deleted and made again with a request that fits: another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl set resources deployment blog-api --requests=cpu=50m
kubectl rollout status deployment/blog-api --timeout=60s
