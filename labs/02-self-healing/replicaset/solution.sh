# The Deployment makes the ReplicaSet again, and that the Pods.
kubectl delete replicaset --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
