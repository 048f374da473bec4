# The image of revision 1, without its variable.
# expect: FAIL hint=half
kubectl set image deployment/blog-api blog-api=blog-api:1.0
kubectl rollout status deployment/blog-api --timeout=120s
