# The new version, without what it needs.
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl rollout resume deployment/blog-api
