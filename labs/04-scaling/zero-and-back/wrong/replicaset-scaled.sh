# The ReplicaSet is told zero; the Deployment tells it three.
kubectl scale replicaset --selector app=blog-api --replicas=0
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
