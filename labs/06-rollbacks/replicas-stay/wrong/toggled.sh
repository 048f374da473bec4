# A second undo, to get the number back as well.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
