# Back at revision 1 but for one Pod of revision 3, which a finalizer keeps.
# expect: WAITING hint=stuck
# says: an old Pod is still terminating
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl patch "$pod" --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=60s
