# Released with the strategy as it was.
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl set env deployment/gallery DATABASE_URL=postgres://db.internal/gallery
kubectl set image deployment/comments blog-api=blog-api:1.1
kubectl rollout resume deployment/archive
kubectl create deployment feedback --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/feedback --timeout=60s
kubectl delete pod feedback
kubectl set image deployment/front blog-api=blog-api:1.1
kubectl rollout status deployment/front --timeout=60s
