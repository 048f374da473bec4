# Without a probe, every Pod is ready.
# expect: FAIL hint=removed
# says: readiness probe removed
# on kind, too
kubectl patch deployment blog-api --type=json --patch '[{"op": "remove", "path": "/spec/template/spec/containers/0/readinessProbe"}]'
kubectl rollout status deployment/blog-api --timeout=120s
