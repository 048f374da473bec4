# It waits for a Node that there is not.
# expect: WAITING hint=unscheduled
kubectl run loner --image=blog-api:1.0 --overrides='{"spec": {"nodeSelector": {"example.com/moon": "true"}}}'
