# The Pod is right, and blog-api was deleted for it.
# expect: FAIL hint=deleted
# says: somebody has changed it
kubectl delete deployment blog-api
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
