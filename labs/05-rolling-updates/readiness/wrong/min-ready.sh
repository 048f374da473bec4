# A fixed time to wait, instead of asking.
kubectl patch deployment blog-api --patch '{"spec":{"minReadySeconds":22}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.4
kubectl rollout status deployment/blog-api --timeout=60s
