# The second container is told nothing, so it serves as well, on a port that is taken.
kubectl delete pod pair
kubectl run pair --image=blog-api:1.0 --overrides='{"spec": {"volumes": [{"name": "notes", "emptyDir": {}}], "containers": [{"name": "server", "image": "blog-api:1.0", "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}], "volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]}, {"name": "visitor", "image": "blog-api:1.0", "env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}], "volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]}]}}'
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/pair --timeout=60s
