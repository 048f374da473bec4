# The ReplicaSet is told another number; the Deployment corrects it.
kubectl scale "$(kubectl get replicaset --selector app=blog-api --output name)" --replicas=1
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
