# The Deployment is deleted and made again: same name, another object.
kubectl delete deployment blog-api
kubectl create deployment blog-api --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
