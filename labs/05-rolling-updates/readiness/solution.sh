# The probe comes together with the version that needs it.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.4","readinessProbe":{"httpGet":{"path":"/readyz","port":8080},"periodSeconds":1}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
