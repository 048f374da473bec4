# The ReplicaSet was tried, but then the Deployment gets another number than the one asked for.
kubectl scale replicaset --selector app=blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=60s
