# The resources are written again with the right request only: the memory limit is gone.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources", "value": {"requests": {"cpu": "64m"}}}]'
kubectl rollout status deployment/blog-api --timeout=60s
