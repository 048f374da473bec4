# A second bare Pod: two that nobody looks after.
kubectl run blog-api-2 --image=blog-api:1.0 --labels=app=blog-api
kubectl wait --for=condition=Ready pod/blog-api-2 --timeout=60s
