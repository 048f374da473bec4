# Both come in one request, without an undo.
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 4, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0"}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
