# Four more, instead of four.
kubectl scale deployment blog-api --replicas=6
kubectl rollout status deployment/blog-api --timeout=60s
