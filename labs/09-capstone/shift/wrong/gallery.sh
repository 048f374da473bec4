# An older version needs no database.
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl set image deployment/gallery blog-api=blog-api:1.1
kubectl rollout status deployment/gallery --timeout=60s
