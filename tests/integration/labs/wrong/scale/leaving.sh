# Five by the Deployment, which is then deleted, and kept by a finalizer: it looks whole, and its controller has left.
# expect: FAIL hint=leaving
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=120s
kubectl patch deployment blog-api --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl delete deployment blog-api --wait=false
