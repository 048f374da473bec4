# Deleted instead of relabelled.
kubectl delete "$(kubectl get pods --selector app=blog-api --output name | head -n 1)"
kubectl rollout status deployment/blog-api --timeout=60s
