# The release is taken back by hand; nobody else does it.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl get pods
