# No limit, no OOMKilled.
kubectl patch deployment blog-api --type=json --patch '[{"op": "remove", "path": "/spec/template/spec/containers/0/resources/limits/memory"}]'
kubectl rollout status deployment/blog-api --timeout=60s
