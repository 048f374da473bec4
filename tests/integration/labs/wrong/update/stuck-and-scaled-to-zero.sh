# A release gets stuck, and its ReplicaSet is scaled to 0 by hand, in vain; then comes the right one, with a note.
# expect: PASS
# says: you: scaled the ReplicaSet
# says: from 3 to 0
# says: you: annotated the Deployment blog-api: note=at last
kubectl set image deployment/blog-api blog-api=blog-api:9.9
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  if [ "$(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}')" = 2 ]; then
    kubectl scale "$rs" --replicas=0
  fi
done
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl annotate deployment blog-api note="at last"
