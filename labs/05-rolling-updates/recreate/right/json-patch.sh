# The strategy is replaced as a whole, so nothing has to be removed.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/strategy", "value": {"type": "Recreate"}}]'
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "blog-api:1.1"}]'
kubectl rollout status deployment/blog-api --timeout=60s
