# The other two Pods are changed by hand, too.
kubectl set image pods --all blog-api=blog-api:1.1
kubectl wait --for=condition=Ready pods --all --timeout=60s
