# Changed, but paused: nothing is rolled out.
# expect: FAIL hint=paused
# says: the rollout is paused
# on kind, too
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.1
