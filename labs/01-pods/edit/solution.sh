# An image is changed within the Pod; a variable asks for another Pod.
kubectl set image pod/blog blog=blog-api:1.1
kubectl delete pod orders
kubectl run orders --image=blog-api:1.2 --env=DATABASE_URL=postgres://db
kubectl wait --for=condition=Ready pod/orders --timeout=60s
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
