# The new ReplicaSet is told to have no Pods; the Deployment wants one of it all the same.
kubectl scale replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')" --replicas=0
kubectl wait --for=jsonpath='{.status.replicas}'=4 deployment/blog-api --timeout=60s
