# The Service is told to look for other labels.
kubectl create deployment blog --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog --timeout=60s
kubectl set selector service blog-api app=blog
kubectl delete pod blog-api
