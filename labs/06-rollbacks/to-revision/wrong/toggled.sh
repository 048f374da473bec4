# Two undos, to go back two releases.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
