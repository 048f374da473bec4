# It runs, was deleted, and is kept by a finalizer.
# expect: FAIL hint=leaving
# says: it is being deleted
kubectl run loner --image=blog-api:1.0 --overrides='{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl wait --for=condition=Ready pod/loner --timeout=120s
kubectl delete pod loner --wait=false
