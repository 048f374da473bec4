# The same, signed with a controller's name: who wrote something is for the writer to say.
# expect: FAIL hint=replicaset
# says: you: scaled the ReplicaSet
rs=$(kubectl get replicaset --selector app=blog-api --output name)
kubectl patch "$rs" --field-manager=kube-controller-manager --patch '{"spec": {"replicas": 5}}'
