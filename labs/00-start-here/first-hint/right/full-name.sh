# The image is called by its whole name, with its registry.
kubectl set image deployment/blog-api blog-api=docker.io/library/blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
