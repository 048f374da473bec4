# The Pods instead of the ReplicaSet.
kubectl delete pods --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
