# None at all: as a rollout, that is complete.
# expect: FAIL hint=zero
kubectl scale deployment blog-api --replicas=0
kubectl rollout status deployment/blog-api --timeout=120s
