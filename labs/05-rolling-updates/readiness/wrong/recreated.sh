# The Deployment is deleted and made again, then changed: another object.
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.4","readinessProbe":{"httpGet":{"path":"/readyz","port":8080},"periodSeconds":1}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
