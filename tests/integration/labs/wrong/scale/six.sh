# One too many.
# expect: FAIL hint=number
kubectl scale deployment blog-api --replicas=6
