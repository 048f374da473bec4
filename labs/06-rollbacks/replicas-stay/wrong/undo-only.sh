# The release is back, the number of replicas is not.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
