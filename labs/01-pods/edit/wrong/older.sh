# Back to a version that needs no variable: that can be edited.
kubectl set image pod/blog blog=blog-api:1.1
kubectl set image pod/orders orders=blog-api:1.0
kubectl wait --for=condition=Ready pod/orders --timeout=120s
