# The ReplicaSet goes alone; the next one adopts the Pods.
kubectl delete replicaset --selector app=blog-api --cascade=orphan
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 replicaset --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
