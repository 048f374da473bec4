# One Pod goes; its ReplicaSet makes another.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl delete "$pod"
kubectl rollout status deployment/blog-api --timeout=60s
