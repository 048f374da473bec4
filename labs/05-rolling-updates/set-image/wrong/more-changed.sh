# The new image, and the readiness probe is lost on the way.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.1","readinessProbe":null}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
