# The release first, the probe when it is over.
kubectl set image deployment/blog-api blog-api=blog-api:1.4
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","readinessProbe":{"httpGet":{"path":"/readyz","port":8080},"periodSeconds":1}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
