# The probe is right, and one Pod is asked for instead of three.
# expect: FAIL hint=number
# says: blog-api asks for 1 Pods; it should ask for 3
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
