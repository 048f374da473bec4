# Four, and another version with it.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
