# The label is changed by a patch.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl patch "$pod" --type=merge --patch '{"metadata": {"labels": {"app": "quarantine"}}}'
kubectl wait --for=jsonpath="{.status.readyReplicas}"=3 deployment/blog-api --timeout=60s
kubectl get pods --show-labels
