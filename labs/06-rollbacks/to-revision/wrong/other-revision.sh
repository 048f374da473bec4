# Without a number, undo goes back one step only.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
