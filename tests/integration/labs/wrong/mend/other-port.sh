# The right path, of another port: it is never ready.
# expect: FAIL hint=elsewhere
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz", "port": 9090}}}]}}}}'
