# Made again, without the label by which people find it.
kubectl delete pod blog
kubectl run blog --image=blog-api:1.1
kubectl wait --for=condition=Ready pod/blog --timeout=60s
