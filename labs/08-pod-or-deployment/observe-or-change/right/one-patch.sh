# Image and number come in one request.
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
