# The release in between is deleted, so that undo, which goes back one step, leads to the right one.
kubectl delete replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="3")].metadata.name}')"
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
