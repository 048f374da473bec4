# The label comes by a patch of the Pod.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl patch pod "$pod" --patch '{"metadata": {"labels": {"seen": "yes"}}}'
