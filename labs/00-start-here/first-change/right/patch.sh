# The number is written by a patch.
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 4}}'
kubectl rollout status deployment/blog-api --timeout=60s
