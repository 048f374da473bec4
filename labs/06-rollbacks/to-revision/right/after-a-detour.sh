# Two undos lead nowhere; the revision with its number does.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api --to-revision=2
kubectl rollout status deployment/blog-api --timeout=60s
