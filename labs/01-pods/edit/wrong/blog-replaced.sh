# Both Pods are made again.
kubectl delete pods blog orders
kubectl run blog --image=blog-api:1.1
kubectl run orders --image=blog-api:1.2 --env=DATABASE_URL=postgres://db
kubectl wait --for=condition=Ready pod/blog pod/orders --timeout=60s
