# The Deployment waits until both changes are there.
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
