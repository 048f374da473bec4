# The label is applied, and nothing else of the Pod.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
printf '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s", "labels": {"seen": "yes"}}}' "$pod" | kubectl apply --server-side --filename -
