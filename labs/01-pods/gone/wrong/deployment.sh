# A Deployment takes its place.
kubectl delete pod blog
kubectl create deployment blog --image=blog-api:1.1
kubectl rollout status deployment/blog --timeout=60s
