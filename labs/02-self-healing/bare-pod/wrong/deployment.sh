# A Deployment instead of a Pod: what is deleted comes back.
kubectl create deployment loner --image=blog-api:1.0
kubectl rollout status deployment/loner --timeout=60s
kubectl delete pods --selector app=loner
