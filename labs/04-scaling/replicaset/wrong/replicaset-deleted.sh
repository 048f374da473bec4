# The ReplicaSet goes instead of getting another number.
kubectl delete replicaset --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
