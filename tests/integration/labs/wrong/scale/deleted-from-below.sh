# Deleted with its Pods first: it is the Deployment that was deleted, and nothing else by hand.
# expect: FAIL hint=deleted
# says: you: deleted the Deployment blog-api
# unsaid: you: deleted the Pod
# unsaid: you: deleted the ReplicaSet
kubectl delete deployment blog-api --cascade=foreground
