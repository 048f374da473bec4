# Without a request everything fits, and nobody knows how much it needs.
kubectl patch deployment blog-api --type json --patch '[{"op":"remove","path":"/spec/template/spec/containers/0/resources/requests/cpu"}]'
kubectl rollout status deployment/blog-api --timeout=60s
