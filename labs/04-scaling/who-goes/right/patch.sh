# Both are written by patches.
pod=$(kubectl get pods --selector task=export --output name)
kubectl patch "$pod" --patch '{"metadata": {"annotations": {"controller.kubernetes.io/pod-deletion-cost": "1"}}}'
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 2}}'
kubectl rollout status deployment/blog-api --timeout=60s
