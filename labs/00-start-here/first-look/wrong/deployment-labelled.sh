# The label on the Deployment.
kubectl label deployment blog-api seen=yes
