# The probe is written again, with defaults spelled out and another rhythm.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe", "value": {"httpGet": {"path": "/readyz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 2, "periodSeconds": 2, "successThreshold": 1, "failureThreshold": 3}}]'
kubectl rollout status deployment/blog-api --timeout=60s
