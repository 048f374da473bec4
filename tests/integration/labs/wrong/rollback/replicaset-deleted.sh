# An old ReplicaSet is deleted by hand: the history has a hole.
# expect: FAIL hint=history
# says: 1 of its three ReplicaSets are lost
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
for rs in $(kubectl get replicasets --selector app=blog-api --output name | head -n 3); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 2 ]; then
    kubectl delete "$rs"
  fi
done
