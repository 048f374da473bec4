# The port out of the log of the other Pod.
kubectl run blog --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl label pod blog port=9090
