# A JSON patch names the container by its place, and the image with its registry.
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "docker.io/library/blog-api:1.1"}]'
kubectl rollout status deployment/blog-api --timeout=60s
