# Another release.
# expect: FAIL hint=wrong-image
kubectl run loner --image=blog-api:1.1
kubectl wait --for=condition=Ready pod/loner --timeout=120s
