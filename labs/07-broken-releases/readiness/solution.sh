# The readiness probe asks the path at which blog-api answers it.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
