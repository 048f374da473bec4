# A Deployment for one look: it is started again and again.
kubectl create deployment look --image=blog-api:1.2
kubectl wait --for=jsonpath='{.status.replicas}'=1 deployment/look --timeout=60s
kubectl create configmap notes --from-literal=variable=DATABASE_URL
