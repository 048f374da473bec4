# The label on the colleague's Pod.
kubectl run blog --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl label pod example port=9090
