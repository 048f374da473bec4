# The ReplicaSet of revision 1 is asked for Pods; its Deployment takes them away again.
# expect: FAIL hint=replicaset
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 1 ]; then
    kubectl scale "$rs" --replicas=3
  fi
done
