# The right Pod, but another value.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl label pod "$pod" seen=Yes
