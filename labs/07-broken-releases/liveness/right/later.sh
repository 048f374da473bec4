# The liveness probe begins when the start is over.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "livenessProbe": {"initialDelaySeconds": 25}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
