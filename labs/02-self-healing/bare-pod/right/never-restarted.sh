# A Pod whose container would not even be started again, deleted by force.
kubectl run loner --image=blog-api:1.0 --restart=Never
kubectl wait --for=condition=Ready pod/loner --timeout=60s
kubectl delete pod loner --force --grace-period=0
