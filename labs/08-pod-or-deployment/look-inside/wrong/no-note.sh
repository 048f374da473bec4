# The Pod has gone, and nobody has written down what it said.
kubectl run look --image=blog-api:1.2 --restart=Never
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl delete pod look
