# The Pod is right; blog-api was made smaller, and as large again as it was.
# expect: FAIL hint=-
# says: somebody has changed it
kubectl scale deployment blog-api --replicas=2
kubectl scale deployment blog-api --replicas=3
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
kubectl rollout status deployment/blog-api --timeout=60s
