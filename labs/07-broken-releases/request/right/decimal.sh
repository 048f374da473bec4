# The request is written as a decimal.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "resources": {"requests": {"cpu": "0.064"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
