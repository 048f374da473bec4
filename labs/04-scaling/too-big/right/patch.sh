# The same amount as a decimal, in a patch.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "resources": {"requests": {"cpu": "0.05"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
