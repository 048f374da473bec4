# The Pod that is stuck is deleted first, and mended is only then.
kubectl delete "$(kubectl get pods --selector app=blog-api --sort-by=.metadata.creationTimestamp --output name | tail -n 1)"
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
