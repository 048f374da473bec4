# A second Pod, beside the one from the start.
kubectl run blog-2 --image=blog-api:1.1 --labels=team=readers
kubectl wait --for=condition=Ready pod/blog-2 --timeout=60s
