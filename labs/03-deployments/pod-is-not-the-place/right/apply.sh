# The file is changed, and applied.
kubectl apply view-last-applied deployment/blog-api | sed 's/blog-api:1\.0$/blog-api:1.1/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
