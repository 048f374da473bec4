# Back by hand; then strategy, limit and image in one patch, the limit in bytes.
kubectl set image deployment/front blog-api=blog-api:1.1
kubectl rollout status deployment/front --timeout=60s
kubectl patch deployment front --patch '{"spec": {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.3", "resources": {"limits": {"memory": "134217728"}}}]}}}}'
kubectl rollout status deployment/front --timeout=60s
