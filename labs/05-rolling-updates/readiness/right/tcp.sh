# The probe opens a connection: 1.4 listens only when it can answer.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.4", "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 2}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
