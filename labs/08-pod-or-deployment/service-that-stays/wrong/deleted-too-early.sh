# The Deployment is there, its Pods are not, and the bare Pod goes.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=0
kubectl delete pod blog-api
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
