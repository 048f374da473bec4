# The image of the Pod that was there, not the one that was asked for.
kubectl run blog --image=blog-api:1.1
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl label pod blog port=8080
