# The visitor does not mount the volume.
kubectl delete pod pair
kubectl run pair --image=blog-api:1.0 --overrides='{"spec": {"volumes": [{"name": "notes", "emptyDir": {}}], "containers": [{"name": "server", "image": "blog-api:1.0", "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}], "volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]}, {"name": "visitor", "image": "blog-api:1.0", "args": ["visit"], "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}]}]}}'
kubectl wait --for=condition=Ready pod/pair --timeout=60s
