# Looked, noted, and not tidied up.
kubectl run look --image=blog-api:1.2 --restart=Never
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl create configmap notes --from-literal=variable=DATABASE_URL
