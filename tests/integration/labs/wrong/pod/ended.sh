# It runs something that is not there, and is not started again.
# expect: FAIL hint=ended
# says: it has ended: Failed
kubectl run loner --image=blog-api:1.0 --restart=Never --command -- /no-such-program
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/loner --timeout=60s
