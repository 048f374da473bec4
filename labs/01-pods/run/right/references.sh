# The port is put together from a Secret with a prefix and a reference to it.
kubectl create secret generic settings --from-literal=PORT=7070
kubectl run blog --image=blog-api:1.0 --overrides='{"spec": {"containers": [{"name": "blog", "image": "blog-api:1.0", "envFrom": [{"prefix": "BLOG_", "secretRef": {"name": "settings"}}], "env": [{"name": "PORT", "value": "$(BLOG_PORT)"}]}]}}'
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl label pod blog port=7070
