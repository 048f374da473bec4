# Only the path is replaced, by a JSON patch.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/path", "value": "/readyz"}]'
kubectl rollout status deployment/blog-api --timeout=60s
