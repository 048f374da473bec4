# One change after the other, each with a rollout.
kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog
kubectl rollout status deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl rollout status deployment/blog-api --timeout=60s
