# A bare Pod as kubectl run makes it by default: it starts again although it has ended well.
kubectl run migrate --image=blog-api:1.1 -- migrate
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/migrate --timeout=60s
