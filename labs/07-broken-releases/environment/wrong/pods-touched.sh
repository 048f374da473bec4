# The Pod that is stuck is deleted first, and mended is only then.
kubectl delete "$(kubectl get pods --selector app=blog-api --sort-by=.metadata.creationTimestamp --output name | tail -n 1)"
kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog
kubectl rollout status deployment/blog-api --timeout=60s
