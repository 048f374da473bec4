# A Deployment whose Pods the Service does not look for.
kubectl create deployment blog --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog --timeout=60s
