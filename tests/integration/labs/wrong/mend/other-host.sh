# The right path, of somebody else.
# expect: FAIL hint=elsewhere
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz", "host": "127.0.0.1"}}}]}}}}'
