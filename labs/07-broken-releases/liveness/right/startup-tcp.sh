# A startup probe waits for the port, by the name that the container gives it.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "ports": [{"containerPort": 8080, "name": "web"}], "startupProbe": {"tcpSocket": {"port": "web"}, "periodSeconds": 3, "failureThreshold": 20}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
