# The request is written with an exponent, in a JSON patch.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources/requests/cpu", "value": "64e-3"}]'
kubectl rollout status deployment/blog-api --timeout=60s
