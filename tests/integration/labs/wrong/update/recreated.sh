# Deleted, and made again with the new image.
# expect: FAIL hint=recreated
kubectl delete deployment blog-api
kubectl create deployment blog-api --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api --timeout=120s
