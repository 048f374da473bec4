# Two Pods more, with the label of the others: five run, but three are asked for.
kubectl run blog-api-4 --image=blog-api:1.0 --labels=app=blog-api
kubectl run blog-api-5 --image=blog-api:1.0 --labels=app=blog-api
kubectl wait --for=condition=Ready pod/blog-api-4 pod/blog-api-5 --timeout=60s
