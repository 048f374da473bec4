# The Deployment is deleted, and another one made with its name.
kubectl delete deployment blog-api
kubectl create deployment blog-api --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
