# The container is written again with the right image only: its probes and resources are gone.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0", "value": {"name": "blog-api", "image": "blog-api:1.1"}}]'
kubectl rollout status deployment/blog-api --timeout=60s
