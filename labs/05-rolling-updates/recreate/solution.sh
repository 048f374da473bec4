# First how the Deployment replaces Pods, then the new version.
kubectl patch deployment blog-api --patch '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
