# What is deleted is read from a manifest.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl get "$pod" --output yaml | kubectl delete --filename -
kubectl rollout status deployment/blog-api --timeout=60s
