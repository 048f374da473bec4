# Asked to go, on a Node where nobody listens.
kubectl delete pod loner --wait=false
