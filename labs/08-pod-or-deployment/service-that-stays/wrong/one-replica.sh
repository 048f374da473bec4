# A Deployment with one Pod: when it is lost, nobody serves for a while.
kubectl create deployment blog-api --image=blog-api:1.0
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api
