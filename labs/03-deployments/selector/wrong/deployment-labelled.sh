# The label of the Deployment itself.
kubectl label deployment blog-api app=blog --overwrite
