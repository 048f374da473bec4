# A variable, but one that 1.2 does not look for.
kubectl set env deployment/blog-api DATABASE=postgres://blog-db:5432/blog
