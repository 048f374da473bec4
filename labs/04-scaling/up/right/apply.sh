# The number is written into the file, and that is applied.
kubectl apply view-last-applied deployment/blog-api | sed 's/^  replicas: 3$/  replicas: 5/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
