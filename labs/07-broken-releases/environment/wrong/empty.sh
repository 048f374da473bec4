# The name without a value.
kubectl set env deployment/blog-api DATABASE_URL=
