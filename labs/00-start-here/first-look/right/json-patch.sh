# The label comes as one step of a JSON patch.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl patch pod "$pod" --type=json --patch '[{"op": "add", "path": "/metadata/labels/seen", "value": "yes"}]'
