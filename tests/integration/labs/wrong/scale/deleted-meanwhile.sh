# While the check waits for something that will not come, the Deployment is deleted.
# expect: FAIL hint=deleted
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 5, "minReadySeconds": 300}}'
# ---- while it is checked
kubectl delete deployment blog-api --wait=false
