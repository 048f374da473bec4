# Revision 2 is made to say that it is revision 1, and is undone to.
# expect: FAIL hint=wrong-revision
for rs in $(kubectl get replicasets --selector app=blog-api --output name); do
  case $(kubectl get "$rs" --output jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}') in
    1) kubectl annotate "$rs" --overwrite deployment.kubernetes.io/revision=2 ;;
    2) kubectl annotate "$rs" --overwrite deployment.kubernetes.io/revision=1 ;;
  esac
done
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
