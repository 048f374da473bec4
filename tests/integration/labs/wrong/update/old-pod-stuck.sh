# All is well but for one old Pod, which a finalizer keeps.
# expect: WAITING hint=stuck
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl patch "$pod" --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
