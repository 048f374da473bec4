# Released, and taken back.
# expect: FAIL hint=undone
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=120s
kubectl rollout undo deployment/blog-api
