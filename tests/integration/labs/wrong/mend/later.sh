# The right path, from ten minutes on.
# expect: WAITING hint=slow
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}, "initialDelaySeconds": 600}}]}}}}'
