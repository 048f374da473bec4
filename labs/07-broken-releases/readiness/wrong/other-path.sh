# The probe asks a path that answers before blog-api is ready.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/healthz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
