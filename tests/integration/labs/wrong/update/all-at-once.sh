# maxUnavailable of 100 %: nothing keeps the old Pods until the new ones are ready.
# expect: FAIL hint=dipped
# says: strategy changed
kubectl patch deployment blog-api --patch '{"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=120s
