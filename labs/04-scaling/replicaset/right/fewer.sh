# The ReplicaSet is told fewer, not more; the Deployment gets its number in an editor.
replicaset=$(kubectl get replicasets --selector app=blog-api --output name)
kubectl scale "$replicaset" --replicas=1
kubectl wait --for=jsonpath='{.spec.replicas}'=3 "$replicaset" --timeout=60s
KUBE_EDITOR="sed -i.bak 's/^  replicas: 3\$/  replicas: 4/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
