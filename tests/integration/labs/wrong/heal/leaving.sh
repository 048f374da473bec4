# A Deployment that was deleted, and is kept by a finalizer: its Pods are there, and nobody replaces them for long.
# expect: FAIL hint=leaving
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
kubectl rollout status deployment/blog-api --timeout=120s
kubectl patch deployment blog-api --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl delete deployment blog-api --wait=false
