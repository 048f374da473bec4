# Five by the Deployment; a finalizer keeps a sixth Pod that should be gone.
# expect: WAITING hint=stuck
# says: an old Pod is still terminating
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl scale deployment blog-api --replicas=6
kubectl rollout status deployment/blog-api --timeout=120s
kubectl patch "$pod" --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl delete "$pod" --wait=false
kubectl scale deployment blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.readyReplicas}'=5 deployment/blog-api --timeout=120s
kubectl wait --for=jsonpath='{.status.replicas}'=5 deployment/blog-api --timeout=120s
