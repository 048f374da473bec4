# Back to 1.0: everything is calm again, and nothing is shipped.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
