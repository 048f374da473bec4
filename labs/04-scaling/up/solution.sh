# One number changes, two Pods are added.
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=60s
