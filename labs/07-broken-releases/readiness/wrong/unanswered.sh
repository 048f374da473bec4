# The right path, over a protocol that blog-api does not speak.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz", "scheme": "HTTPS"}}}]}}}}'
