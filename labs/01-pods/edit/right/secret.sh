# The image is changed by a JSON patch; the variable comes from a Secret, under another name there.
kubectl patch pod blog --type=json --patch '[{"op": "replace", "path": "/spec/containers/0/image", "value": "blog-api:1.1"}]'
kubectl create secret generic database --from-literal=url=postgres://db
kubectl delete pod orders
kubectl run orders --image=blog-api:1.2 --overrides='{"spec": {"containers": [{"name": "orders", "image": "blog-api:1.2", "env": [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}}]}]}}'
kubectl wait --for=condition=Ready pod/orders --timeout=60s
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
