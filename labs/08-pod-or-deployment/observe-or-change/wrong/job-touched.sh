# Everything that looks odd is deleted, the finished task as well.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment/blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
kubectl delete job migrate
