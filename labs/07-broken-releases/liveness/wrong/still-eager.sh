# As patient as for 1.0, which is not patient enough.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "livenessProbe": {"periodSeconds": 5, "failureThreshold": 3}}]}}}}'
