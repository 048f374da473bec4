# Another Deployment beside it.
kubectl create deployment blog-api-2 --image=blog-api:1.0 --replicas=1
kubectl rollout status deployment/blog-api-2 --timeout=60s
