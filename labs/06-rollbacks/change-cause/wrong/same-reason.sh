# The second release brings no reason of its own, and takes the first one along.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="a new image"
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl rollout status deployment/blog-api --timeout=60s
