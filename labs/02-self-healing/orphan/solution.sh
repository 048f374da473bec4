# The ReplicaSet counts by labels: one Pod leaves, another one is made.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl label "$pod" app=quarantine --overwrite
kubectl wait --for=jsonpath="{.status.readyReplicas}"=3 deployment/blog-api --timeout=60s
kubectl get pods --show-labels
