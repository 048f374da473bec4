# The Deployment is deleted.
kubectl delete deployment blog-api
