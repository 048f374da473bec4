# Only the image of the old template.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 5}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl rollout status deployment/blog-api --timeout=60s
