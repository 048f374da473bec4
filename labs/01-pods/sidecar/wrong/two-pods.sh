# The visitor in a Pod of its own: its localhost is another one.
kubectl run visitor --image=blog-api:1.0 -- visit
kubectl wait --for=condition=Ready pod/visitor --timeout=60s
kubectl logs visitor
