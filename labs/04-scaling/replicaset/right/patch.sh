# Both are told by patches.
replicaset=$(kubectl get replicasets --selector app=blog-api --output name)
kubectl patch "$replicaset" --patch '{"spec": {"replicas": 5}}'
kubectl wait --for=jsonpath='{.spec.replicas}'=3 "$replicaset" --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 4}}'
kubectl rollout status deployment/blog-api --timeout=60s
