# The old ReplicaSet looks like rubbish and is deleted; then there is nothing to go back to.
kubectl delete replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="1")].metadata.name}')"
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl set env deployment/blog-api PAGE_SIZE=20
kubectl rollout status deployment/blog-api --timeout=60s
