# One revision back.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout history deployment/blog-api
