# The same note as kubectl writes, by a JSON patch.
kubectl patch deployment blog-api --type=json --patch '[{"op": "add", "path": "/spec/template/metadata/annotations", "value": {"kubectl.kubernetes.io/restartedAt": "2026-03-01T09:00:00Z"}}]'
kubectl rollout status deployment/blog-api --timeout=60s
