# The image is patched; the variable comes from a ConfigMap.
kubectl patch pod blog --patch '{"spec": {"containers": [{"name": "blog", "image": "blog-api:1.1"}]}}'
kubectl create configmap database --from-literal=DATABASE_URL=postgres://db
kubectl delete pod orders
kubectl run orders --image=blog-api:1.2 --overrides='{"spec": {"containers": [{"name": "orders", "image": "blog-api:1.2", "envFrom": [{"configMapRef": {"name": "database"}}]}]}}'
kubectl wait --for=condition=Ready pod/orders --timeout=60s
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
