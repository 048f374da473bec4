# A startup probe gives the slow start its time, and the liveness probe stays as strict as it is.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "startupProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2, "failureThreshold": 30}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
