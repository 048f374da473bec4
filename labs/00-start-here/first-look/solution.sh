# The one Pod whose container runs 1.1 gets the label.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl logs "$pod" | head -n 3
kubectl label pod "$pod" seen=yes
