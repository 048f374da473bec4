# The liveness probe bears as many failures as the start takes, and less than a minute of them.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "livenessProbe": {"failureThreshold": 20}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
