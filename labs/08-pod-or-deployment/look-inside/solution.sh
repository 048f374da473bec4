# A Pod for one look: it stays as it is when it has ended, and is thrown away when its log is read.
kubectl run look --image=blog-api:1.2 --restart=Never
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl logs look
kubectl create configmap notes --from-literal=variable=DATABASE_URL
kubectl delete pod look
