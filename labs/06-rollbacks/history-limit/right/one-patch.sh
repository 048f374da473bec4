# Limit and template come in one request.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 7, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "PAGE_SIZE", "value": "20"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
