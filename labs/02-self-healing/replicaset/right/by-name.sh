# It is deleted by its name.
kubectl get replicasets --output name | xargs kubectl delete
kubectl rollout status deployment/blog-api --timeout=60s
