# The probe names the port, and its path has no slash in front: the kubelet adds it.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "ports": [{"containerPort": 8080, "name": "web"}], "readinessProbe": {"httpGet": {"path": "readyz", "port": "web"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
