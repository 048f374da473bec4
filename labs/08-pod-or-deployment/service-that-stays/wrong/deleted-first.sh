# The bare Pod goes first: nobody serves until the new ones are ready.
kubectl delete pod blog-api
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
