# Those that nobody can reach first; then the stuck releases, the lone Pod, and tonight's release.
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl set env deployment/gallery DATABASE_URL=postgres://db.internal/gallery
kubectl set image deployment/comments blog-api=blog-api:1.1
kubectl rollout resume deployment/archive
kubectl rollout status deployment/search --timeout=60s
kubectl rollout status deployment/gallery --timeout=60s
kubectl rollout status deployment/comments --timeout=60s
kubectl rollout status deployment/archive --timeout=60s
kubectl create deployment feedback --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/feedback --timeout=60s
kubectl delete pod feedback
kubectl patch deployment front --patch='{"spec":{"strategy":{"type":"RollingUpdate"}}}'
kubectl set image deployment/front blog-api=blog-api:1.1
kubectl rollout status deployment/front --timeout=60s
