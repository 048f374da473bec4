# The Pod is right, and blog-api was made smaller to make room.
# expect: FAIL hint=-
# says: somebody has changed it
kubectl scale deployment blog-api --replicas=2
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
