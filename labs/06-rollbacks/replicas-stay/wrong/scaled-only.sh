# Four replicas, of the release from Friday.
kubectl scale deployment/blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
