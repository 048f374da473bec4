# The new release has a Deployment of another name, and the old Deployment is deleted.
# expect: FAIL hint=deleted
# says: there is no Deployment called blog-api
kubectl create deployment blog-api-2 --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api-2 --timeout=120s
kubectl delete deployment blog-api
