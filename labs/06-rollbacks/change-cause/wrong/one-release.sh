# Both changes come in one release.
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="a new image, and longer pages"
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
