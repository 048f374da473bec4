# The new version in a Deployment of its own; the old one is asked for the new image, and for nothing.
# expect: FAIL hint=zero
kubectl create deployment blog-api-2 --image=blog-api:1.1 --replicas=3
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment blog-api --replicas=0
kubectl rollout status deployment/blog-api --timeout=120s
