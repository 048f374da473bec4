# It goes at once, and its replacement does not wait for it.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl delete "$pod" --force --grace-period=0
kubectl rollout status deployment/blog-api --timeout=60s
