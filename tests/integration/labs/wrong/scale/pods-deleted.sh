# Five, but all three Pods were deleted before.
# expect: FAIL hint=dipped
# says: you: deleted the Pod
kubectl delete pods --selector app=blog-api
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=120s
