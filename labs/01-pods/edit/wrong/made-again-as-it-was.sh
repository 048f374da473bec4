# Deleted and made again, and nothing has changed.
kubectl set image pod/blog blog=blog-api:1.1
kubectl delete pod orders
kubectl run orders --image=blog-api:1.2
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/orders --timeout=60s
