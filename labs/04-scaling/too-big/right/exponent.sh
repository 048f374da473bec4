# The same amount with an exponent, in a JSON patch.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources/requests/cpu", "value": "5e-2"}]'
kubectl rollout status deployment/blog-api --timeout=60s
