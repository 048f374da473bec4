# A Pod, and nothing above it.
kubectl run loner --image=blog-api:1.0
