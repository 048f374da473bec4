# The limit is written with an exponent.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "resources": {"limits": {"memory": "129e6"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
