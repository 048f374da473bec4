# The variable is there.
kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog
kubectl rollout status deployment/blog-api --timeout=60s
