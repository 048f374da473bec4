# First the new ones, and only when they are ready the old one goes.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api
