# A Pod cannot be given a second container: it is made anew, with both.
kubectl delete pod pair
kubectl run pair --image=blog-api:1.0 --overrides='{"spec": {"volumes": [{"name": "notes", "emptyDir": {}}], "containers": [{"name": "server", "image": "blog-api:1.0", "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}], "volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]}, {"name": "visitor", "image": "blog-api:1.0", "args": ["visit"], "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}], "volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]}]}}'
kubectl wait --for=condition=Ready pod/pair --timeout=60s
kubectl logs pair --container visitor --tail=2
