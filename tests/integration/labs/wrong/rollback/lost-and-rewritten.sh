# The ReplicaSet of revision 1 is deleted by hand, and its template written again: no undo could have done that.
# expect: FAIL hint=history
# says: you: deleted the ReplicaSet
# unsaid: the controllers: removed the ReplicaSet
# unsaid: rollout undo --to-revision
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 1 ]; then
    kubectl delete "$rs"
  fi
done
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "GREETING", "value": "hello"}]}]}}}}'
