# A second Deployment with the right image, beside the broken one.
kubectl create deployment blog-api-new --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api-new --timeout=60s
