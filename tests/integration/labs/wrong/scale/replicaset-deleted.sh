# The ReplicaSet is taken from under its Pods, and made again: for a moment they were not the Deployment's.
# expect: FAIL hint=dipped
# says: you: deleted the ReplicaSet
kubectl delete replicaset --selector app=blog-api --cascade=orphan
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=120s
