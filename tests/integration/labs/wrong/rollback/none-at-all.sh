# Back at revision 1 without a Pod: none belongs to another revision, and none to this one.
# expect: FAIL hint=zero
# says: not all Pods belong to the ReplicaSet that had the first revision
kubectl scale deployment blog-api --replicas=0
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
