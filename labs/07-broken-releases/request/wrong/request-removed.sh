# A Pod that asks for nothing fits anywhere.
kubectl patch deployment blog-api --type=json --patch '[{"op": "remove", "path": "/spec/template/spec/containers/0/resources/requests/cpu"}]'
kubectl rollout status deployment/blog-api --timeout=60s
