# Five are ready, and count as available after an hour only.
# expect: WAITING hint=slow
# says: are available
kubectl patch deployment blog-api --patch '{"spec": {"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}}'
kubectl scale deployment blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.readyReplicas}'=5 deployment/blog-api --timeout=120s
