# Only the image of that release.
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl rollout status deployment/blog-api --timeout=60s
