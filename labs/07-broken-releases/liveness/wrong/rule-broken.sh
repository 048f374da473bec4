# A startup probe replaces the readiness probe.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": null, "startupProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2, "failureThreshold": 30}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
