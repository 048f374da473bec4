# It listens on another port, since a ConfigMap says so; the label says the same.
kubectl create configmap settings --from-literal=PORT=9090
kubectl run blog --image=blog-api:1.0 --overrides='{"spec": {"containers": [{"name": "blog", "image": "blog-api:1.0", "envFrom": [{"configMapRef": {"name": "settings"}}]}]}}'
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl label pod blog port=9090
