# The label that its Deployment computes is taken off: the ReplicaSet looks for that, too.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl patch "$pod" --type=json --patch '[{"op": "remove", "path": "/metadata/labels/pod-template-hash"}]'
kubectl wait --for=jsonpath="{.status.readyReplicas}"=3 deployment/blog-api --timeout=60s
kubectl get pods --show-labels
