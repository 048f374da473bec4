# A bare Pod as kubectl run makes it by default: its container is restarted.
kubectl run look --image=blog-api:1.2
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/look --timeout=60s
kubectl create configmap notes --from-literal=variable=DATABASE_URL
kubectl delete pod look
