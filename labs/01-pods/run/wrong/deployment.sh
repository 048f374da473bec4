# A Deployment instead of a Pod.
kubectl create deployment blog --image=blog-api:1.0
kubectl rollout status deployment/blog --timeout=60s
kubectl label pods --selector app=blog port=8080
