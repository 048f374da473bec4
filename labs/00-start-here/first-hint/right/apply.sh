# The file that was applied is corrected, and applied again.
kubectl apply view-last-applied deployment/blog-api | sed 's/blog-api:11$/blog-api:1.1/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
