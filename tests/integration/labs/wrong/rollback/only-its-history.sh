# The Deployment goes and leaves its history: the ReplicaSet of revision 1 is asked for three Pods, and has them.
# expect: FAIL hint=deleted
# says: there is no Deployment called blog-api
# says: 3 of its three ReplicaSets are lost
kubectl delete deployment blog-api --cascade=orphan
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  case $(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}') in
    1) kubectl scale "$rs" --replicas=3; kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 "$rs" --timeout=120s ;;
    3) kubectl scale "$rs" --replicas=0 ;;
  esac
done
