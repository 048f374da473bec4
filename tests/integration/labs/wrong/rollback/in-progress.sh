# The right revision, which is trusted only after an hour.
# expect: WAITING hint=slow
kubectl patch deployment blog-api --patch '{"spec": {"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}}'
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
