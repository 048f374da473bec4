# The image is mended, and the third Pod is gone without a successor.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
