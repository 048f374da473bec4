# Nothing is asked for, and what comes back is another release.
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
