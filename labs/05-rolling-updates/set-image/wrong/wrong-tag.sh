# A tag that does not exist.
kubectl set image deployment/blog-api blog-api=blog-api:9.9
