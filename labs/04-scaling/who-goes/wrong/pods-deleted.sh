# Two Pods are deleted by hand and come back; then the ReplicaSet chooses for itself.
kubectl get pods --selector app=blog-api,task!=export --output name | head -n 2 | xargs kubectl delete
kubectl wait --for=jsonpath='{.status.replicas}'=4 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=2
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/blog-api --timeout=60s
