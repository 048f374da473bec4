# The label is taken off.
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl label "$pod" app-
kubectl wait --for=jsonpath="{.status.readyReplicas}"=3 deployment/blog-api --timeout=60s
kubectl get pods --show-labels
