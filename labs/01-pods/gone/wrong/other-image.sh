# Made again, from the image that one remembers.
kubectl delete pod blog
kubectl run blog --image=blog-api:1.0 --labels=team=readers
kubectl wait --for=condition=Ready pod/blog --timeout=60s
