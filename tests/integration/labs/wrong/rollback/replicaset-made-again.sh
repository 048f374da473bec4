# The ReplicaSet of revision 1 is made again from its own manifest, and undone to: the same template, another object.
# expect: FAIL hint=own-replicaset
# says: 1 of its three ReplicaSets are lost
# says: you: deleted the ReplicaSet
# says: you: made the ReplicaSet
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 1 ]; then
    kubectl get "$rs" --output yaml > "$TMPDIR/first.yaml"
    kubectl replace --force --filename "$TMPDIR/first.yaml"
  fi
done
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
