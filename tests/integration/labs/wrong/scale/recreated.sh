# Deleted and made again, with five.
# expect: FAIL hint=recreated
# says: you: made the Deployment blog-api again
# unsaid: its history went with it
kubectl get deployment blog-api --output yaml | sed 's/^  replicas: 3/  replicas: 5/' > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
