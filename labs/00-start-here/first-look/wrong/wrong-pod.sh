# A Pod of the old model.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.0")].metadata.name}' | xargs -n 1 | head -n 1)
kubectl label pod "$pod" seen=yes
