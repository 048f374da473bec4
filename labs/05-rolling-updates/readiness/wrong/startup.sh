# A probe that asks until the first answer, and never again.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.4","startupProbe":{"httpGet":{"path":"/readyz","port":8080},"periodSeconds":1,"failureThreshold":60}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
