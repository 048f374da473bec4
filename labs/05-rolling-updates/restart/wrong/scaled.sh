# Down to nothing and up again.
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
