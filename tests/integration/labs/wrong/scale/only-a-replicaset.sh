# The Deployment goes, its ReplicaSet stays and is asked for five: the Pods are the same, nobody looks after them.
# expect: FAIL hint=deleted
kubectl delete deployment blog-api --cascade=orphan
rs=$(kubectl get replicaset --selector app=blog-api --output name)
kubectl scale "$rs" --replicas=5
kubectl wait --for=jsonpath='{.status.readyReplicas}'=5 "$rs" --timeout=120s
