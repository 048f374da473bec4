# The old release runs again, beside the new one.
kubectl create deployment blog-api-old --image=blog-api:1.0 --replicas=3
kubectl rollout status deployment/blog-api-old --timeout=60s
