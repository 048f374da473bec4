# The old template is written again, and the limit is left as it is.
gone=$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl set env deployment/blog-api PAGE_SIZE=20
kubectl rollout status deployment/blog-api --timeout=60s
kubectl wait --for=delete "replicaset/$gone" --timeout=60s
