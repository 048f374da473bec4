# All is well with the Deployment, and the Pod run by hand stays beside it.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment/blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
