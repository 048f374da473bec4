# The file as it is: three.
kubectl apply view-last-applied deployment/blog-api | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
