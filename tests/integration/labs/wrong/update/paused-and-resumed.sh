# Several changes in one rollout: pausing is no mistake where it ends.
# expect: PASS
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl annotate deployment blog-api example.com/note=paused
kubectl rollout resume deployment/blog-api
