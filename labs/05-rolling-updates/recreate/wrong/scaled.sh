# Down to nothing, the new version, and up again.
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
