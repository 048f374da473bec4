# Nothing is asked for, nothing is left; then three again, from the same Deployment.
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl get deployments,replicasets,pods
kubectl rollout status deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
