# The resources are written again with the right limit only: the CPU request is gone.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources", "value": {"limits": {"memory": "128Mi"}}}]'
kubectl rollout status deployment/blog-api --timeout=60s
