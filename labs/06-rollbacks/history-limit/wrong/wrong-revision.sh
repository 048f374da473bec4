# Revision 2 is made to say that it is revision 1, and is undone to.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 5}}'
kubectl annotate replicaset --overwrite "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')" deployment.kubernetes.io/revision=1
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=60s
