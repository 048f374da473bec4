# Scaled without a word about which one matters.
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
