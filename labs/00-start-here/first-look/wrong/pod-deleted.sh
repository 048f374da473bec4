# The new machine is thrown away; the label goes onto what took its place.
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl delete pod "$pod"
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=60s
pod=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl label pod "$pod" seen=yes
