# The old template is written first, and throws an old revision away; then comes the limit.
gone=$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl set env deployment/blog-api PAGE_SIZE=20
kubectl rollout status deployment/blog-api --timeout=60s
kubectl wait --for=delete "replicaset/$gone" --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 5}}'
kubectl rollout status deployment/blog-api --timeout=60s
