# The Deployment is asked for five.
kubectl scale deployment/blog-api --replicas=5
