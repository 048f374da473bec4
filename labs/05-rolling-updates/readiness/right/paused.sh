# Probe and image come one after the other, during a pause.
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.4
kubectl patch deployment blog-api --type=json --patch '[{"op": "add", "path": "/spec/template/spec/containers/0/readinessProbe", "value": {"httpGet": {"path": "readyz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 1}}]'
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
