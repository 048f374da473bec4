# The ReplicaSet is changed in an editor, the Deployment by its file.
replicaset=$(kubectl get replicasets --selector app=blog-api --output name)
KUBE_EDITOR="sed -i.bak 's/^  replicas: 3\$/  replicas: 5/'" kubectl edit "$replicaset"
kubectl wait --for=jsonpath='{.spec.replicas}'=3 "$replicaset" --timeout=60s
kubectl apply view-last-applied deployment/blog-api | sed 's/^  replicas: 3$/  replicas: 4/' | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
