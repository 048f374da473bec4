# A version that blog has not been asked to run.
kubectl set image pod/blog blog=blog-api:1.3
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/blog --timeout=60s
