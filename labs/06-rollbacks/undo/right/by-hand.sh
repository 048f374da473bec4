# What the second release changed is changed back, in one patch.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "PAGE_SIZE", "value": "20"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
