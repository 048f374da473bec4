# The Deployment is there, and the bare Pod stays.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
