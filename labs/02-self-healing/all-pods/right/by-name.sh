# One command, with three names.
kubectl get pods --output name | xargs kubectl delete
kubectl rollout status deployment/blog-api --timeout=60s
