# Another Pod is run by hand, beside the one that is there.
kubectl run blog-api-extra-2 --image=blog-api:1.1 --labels=app=blog-api
kubectl wait --for=condition=Ready pod/blog-api-extra-2 --timeout=60s
