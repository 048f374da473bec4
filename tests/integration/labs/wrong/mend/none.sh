# Mended, and no Pod that could be asked.
# expect: FAIL hint=zero
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 0, "template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
