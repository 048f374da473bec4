# The number first, the template afterwards.
kubectl scale deployment/blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=60s
