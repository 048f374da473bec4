# Only the ReplicaSet: four do not last.
kubectl scale replicaset --selector app=blog-api --replicas=4
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
