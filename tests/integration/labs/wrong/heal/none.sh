# No replica at all.
# expect: FAIL hint=zero
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=0
kubectl rollout status deployment/blog-api --timeout=120s
