# The limit is written in bytes.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "resources": {"limits": {"memory": "134217728"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
