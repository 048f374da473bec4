# The number is written by a patch.
kubectl patch deployment blog-api --type=merge --patch '{"spec": {"replicas": 5}}'
kubectl rollout status deployment/blog-api --timeout=60s
