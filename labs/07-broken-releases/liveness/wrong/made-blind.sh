# So patient that a container that hangs would hang for half an hour.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "livenessProbe": {"periodSeconds": 2, "failureThreshold": 1000}}]}}}}'
