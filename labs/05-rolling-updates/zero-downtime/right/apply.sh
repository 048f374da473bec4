# Strategy and image are changed in the file, and that is applied once.
kubectl apply view-last-applied deployment/blog-api | sed -e 's/maxSurge: 0/maxSurge: 1/' -e 's/maxUnavailable: 3/maxUnavailable: 0/' -e 's/blog-api:1\.0$/blog-api:1.1/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
