# The same amount in millionths, in the file.
kubectl apply view-last-applied deployment/blog-api | sed 's/cpu: "500"/cpu: 50000u/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
