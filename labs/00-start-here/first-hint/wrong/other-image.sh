# Back to the old model.
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl rollout status deployment/blog-api --timeout=60s
