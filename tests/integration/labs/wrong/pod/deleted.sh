# It ran, and is gone.
# expect: FAIL hint=not-kept
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
kubectl delete pod loner --grace-period=1
