# A Deployment instead of a Pod.
kubectl delete pod pair
kubectl create deployment pair --image=blog-api:1.0
kubectl rollout status deployment/pair --timeout=60s
