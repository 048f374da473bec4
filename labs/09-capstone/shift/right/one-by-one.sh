# In another order; the database's address is put together, and front is changed by replacing it.
kubectl get deployment front --output json | kubectl patch --local --filename - --type=merge --patch '{"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}}' --output json | kubectl replace --filename -
kubectl set image deployment/front blog-api=blog-api:1.1
kubectl rollout status deployment/front --timeout=60s
kubectl create deployment feedback --image=blog-api:1.0
kubectl scale deployment feedback --replicas=2
kubectl rollout status deployment/feedback --timeout=60s
kubectl delete pod feedback
kubectl rollout resume deployment/archive
kubectl set image deployment/comments blog-api=blog-api:1.1
kubectl set env deployment/gallery DATABASE_HOST=db.internal 'DATABASE_URL=postgres://$(DATABASE_HOST)/gallery'
kubectl patch deployment search --type=json --patch='[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'
kubectl rollout status deployment/search --timeout=60s
kubectl rollout status deployment/gallery --timeout=60s
kubectl rollout status deployment/comments --timeout=60s
kubectl rollout status deployment/archive --timeout=60s
