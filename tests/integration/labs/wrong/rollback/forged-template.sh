# What revision 1 was is rewritten, and then undone to.
# expect: FAIL hint=replicaset-edited
# says: you: changed the template of the ReplicaSet
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 1 ]; then
    kubectl set image "$rs" blog-api=blog-api:1.1
  fi
done
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
