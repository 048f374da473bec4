# A Pod without an owner: nothing brings it back.
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=60s
kubectl delete pod loner
kubectl get pods
