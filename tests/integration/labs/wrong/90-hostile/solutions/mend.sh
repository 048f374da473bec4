# The path that blog-api knows.
kubectl patch deployment blog-api --type=json \
  --patch='[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/path", "value": "/readyz"}]'
