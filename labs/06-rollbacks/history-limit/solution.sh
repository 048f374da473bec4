# Room for the history first; then the old template, written again.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 5}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl set env deployment/blog-api PAGE_SIZE=20
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout history deployment/blog-api
