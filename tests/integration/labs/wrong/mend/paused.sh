# Mended, and paused before that.
# expect: FAIL hint=paused
kubectl rollout pause deployment/blog-api
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
