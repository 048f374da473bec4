# The image and the page size of that release are written again; the banner is there already.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "PAGE_SIZE", "value": "20"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
