# The image is changed in an editor; the other Pod is replaced by one whose variable refers to another one.
KUBE_EDITOR='sed -i.bak s/blog-api:1.0$/blog-api:1.1/' kubectl edit pod blog
kubectl get pod orders --output json | kubectl patch --local --filename - --patch '{"spec": {"containers": [{"name": "orders", "env": [{"name": "HOST_OF_DATABASE", "value": "db"}, {"name": "DATABASE_URL", "value": "postgres://$(HOST_OF_DATABASE)"}]}]}}' --output json | kubectl replace --force --filename -
kubectl wait --for=condition=Ready pod/orders --timeout=60s
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
