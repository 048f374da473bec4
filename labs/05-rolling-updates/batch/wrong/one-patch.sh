# Both changes in one request, without a pause.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.2","env":[{"name":"DATABASE_URL","value":"postgres://db/blog"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
