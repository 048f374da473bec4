# The Deployment is deleted, and made again with the old image.
kubectl delete deployment blog-api
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
