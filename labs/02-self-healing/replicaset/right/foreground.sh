# It goes when its Pods have gone.
kubectl delete replicaset --selector app=blog-api --cascade=foreground
kubectl rollout status deployment/blog-api --timeout=60s
