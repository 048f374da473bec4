# A note in the template: enough for a rollout.
kubectl rollout restart deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
