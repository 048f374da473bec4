# The corrected file is applied by the server.
kubectl apply view-last-applied deployment/blog-api | sed 's/^  replicas: 3$/  replicas: 5/' | kubectl apply --server-side --force-conflicts --filename -
kubectl rollout status deployment/blog-api --timeout=60s
