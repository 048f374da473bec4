# Another image: the container is started again, the Pod is the same.
kubectl set image pod/blog blog=blog-api:1.0
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
kubectl wait --for=condition=Ready pod/blog --timeout=60s
