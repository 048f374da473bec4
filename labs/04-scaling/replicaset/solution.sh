# The ReplicaSet is told a number, and told back; the Deployment is told another one, and keeps it.
kubectl scale replicaset --selector app=blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
