# The new Pods are ready, and are trusted only after an hour: the old ones stay until then.
# expect: WAITING hint=slow
# says: not settled yet
kubectl patch deployment blog-api --patch '{"spec": {"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
