# A higher limit, which does not bring back what is gone.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 5}}'
kubectl rollout status deployment/blog-api --timeout=60s
