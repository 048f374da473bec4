# The second undo takes back the first.
# expect: FAIL hint=wrong-revision
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=120s
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=120s
