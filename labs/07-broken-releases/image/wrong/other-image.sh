# Another image that does not exist, either.
kubectl set image deployment/blog-api blog-api=blog-api:latest
