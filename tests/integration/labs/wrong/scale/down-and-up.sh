# One, and then five: at one moment there were fewer than three.
# expect: FAIL hint=dipped
# says: at one moment only 1 of its Pods were ready
kubectl scale deployment blog-api --replicas=1
kubectl wait --for=jsonpath='{.status.replicas}'=1 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=120s
