# How often it asks is the learner's.
# expect: PASS
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}, "periodSeconds": 2, "failureThreshold": 30}}]}}}}'
