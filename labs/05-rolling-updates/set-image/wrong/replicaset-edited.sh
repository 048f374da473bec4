# The ReplicaSet's template is changed instead of the Deployment's.
kubectl set image replicasets --selector app=blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
