# The old ReplicaSet is asked for Pods; the Deployment takes them away again.
kubectl scale replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="1")].metadata.name}')" --replicas=3
kubectl scale replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')" --replicas=0
kubectl rollout status deployment/blog-api --timeout=60s
