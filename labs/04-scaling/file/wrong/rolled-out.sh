# All Pods are replaced by a rollout, and then there is another number of them.
kubectl rollout restart deployment blog-api
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=60s
