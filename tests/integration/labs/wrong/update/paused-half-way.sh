# Paused in the middle of it: old and new run side by side, and nothing goes on.
# expect: FAIL hint=paused
# says: the Pods' images: blog-api:1.0, blog-api:1.1
kubectl patch deployment blog-api \
  --patch '{"spec": {"minReadySeconds": 30, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
kubectl rollout pause deployment/blog-api
