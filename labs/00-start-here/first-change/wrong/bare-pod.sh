# A fourth Pod, made by hand.
kubectl run blog-api-4 --image=blog-api:1.0 --labels=app=blog-api
kubectl wait --for=condition=Ready pod/blog-api-4 --timeout=60s
