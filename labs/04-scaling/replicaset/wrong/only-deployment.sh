# Only the Deployment: right, but the other half was not tried.
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
