# A Pod of the right model, made by hand.
kubectl run blog-api-new --image=blog-api:1.1 --labels=app=blog-api
kubectl wait --for=condition=Ready pod/blog-api-new --timeout=60s
