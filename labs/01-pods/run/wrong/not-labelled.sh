# It runs, and nobody has read its log.
kubectl run blog --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/blog --timeout=60s
