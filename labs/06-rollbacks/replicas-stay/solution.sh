# The template comes back with undo, the number of replicas with scale.
kubectl rollout undo deployment/blog-api
kubectl scale deployment/blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
kubectl get deployment,replicasets
