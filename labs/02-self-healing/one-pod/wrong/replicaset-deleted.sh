# The ReplicaSet goes, and takes its Pods along.
kubectl delete replicaset --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
