# The paused release is taken back instead of going on.
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl set env deployment/gallery DATABASE_URL=postgres://db.internal/gallery
kubectl set image deployment/comments blog-api=blog-api:1.1
kubectl set image deployment/archive blog-api=blog-api:1.0
kubectl rollout resume deployment/archive
kubectl rollout status deployment/archive --timeout=60s
