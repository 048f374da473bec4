# The new version is tried on what readers are served by.
kubectl set image deployment/blog-api blog-api=blog-api:1.2
