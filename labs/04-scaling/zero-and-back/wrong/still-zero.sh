# Nothing is left, and an undo does not bring it back.
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl rollout undo deployment/blog-api || kubectl get deployment blog-api
