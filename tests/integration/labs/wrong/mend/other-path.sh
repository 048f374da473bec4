# A path that blog-api knows, and that says nothing of being ready.
# expect: FAIL hint=other-path
# says: it asks for /healthz
kubectl patch deployment blog-api --type=json \
  --patch='[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/path", "value": "/healthz"}]'
kubectl rollout status deployment/blog-api --timeout=120s
