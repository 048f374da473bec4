# The stuck release is taken back, and lost.
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl set env deployment/gallery DATABASE_URL=postgres://db.internal/gallery
kubectl rollout undo deployment/comments
kubectl rollout status deployment/comments --timeout=60s
