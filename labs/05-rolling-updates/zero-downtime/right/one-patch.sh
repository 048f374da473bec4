# Strategy and image come in one request.
kubectl patch deployment blog-api --patch '{"spec": {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
