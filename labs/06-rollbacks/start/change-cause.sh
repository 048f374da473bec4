# One release so far, and it runs.
kubectl scale deployment/blog-api --replicas=3
