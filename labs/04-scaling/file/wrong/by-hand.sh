# After the release, five by hand once more: until the next release.
kubectl apply view-last-applied deployment/blog-api | kubectl apply --filename -
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=60s
