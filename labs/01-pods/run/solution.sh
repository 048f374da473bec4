# A Pod, its log, and what the log says as a label.
kubectl run blog --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl logs blog
kubectl label pod blog port=8080
