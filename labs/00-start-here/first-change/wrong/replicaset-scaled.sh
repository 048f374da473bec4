# The ReplicaSet is told the number; the Deployment corrects it.
kubectl scale replicaset --selector app=blog-api --replicas=4
kubectl wait --for=jsonpath='{.spec.replicas}'=3 replicaset --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
