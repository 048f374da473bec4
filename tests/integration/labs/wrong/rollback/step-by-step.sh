# One undo too few, and then the right one.
# expect: PASS
# unsaid: by hand
kubectl rollout undo deployment/blog-api
kubectl rollout undo deployment/blog-api --to-revision=1
