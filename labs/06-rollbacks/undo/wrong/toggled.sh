# The second undo takes back the first.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
