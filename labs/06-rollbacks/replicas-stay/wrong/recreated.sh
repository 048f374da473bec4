# The Deployment is deleted, and made again as it was on Thursday.
kubectl delete deployment blog-api
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
