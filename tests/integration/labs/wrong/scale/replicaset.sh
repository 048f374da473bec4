# The ReplicaSet is asked for five; its Deployment puts the number back.
# expect: FAIL hint=replicaset
# says: you: scaled the ReplicaSet
# unsaid: says what you want
# on kind, too
kubectl scale "$(kubectl get replicaset --selector app=blog-api --output name)" --replicas=5
