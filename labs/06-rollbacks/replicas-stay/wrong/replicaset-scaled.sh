# Undone; and then the ReplicaSet is told the number, which the Deployment puts right again.
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl scale replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="3")].metadata.name}')" --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
