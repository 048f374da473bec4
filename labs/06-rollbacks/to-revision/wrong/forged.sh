# The release before is made to say that it is the one, and is undone to.
kubectl annotate replicaset --overwrite "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')" deployment.kubernetes.io/revision=1
kubectl annotate replicaset --overwrite "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="3")].metadata.name}')" deployment.kubernetes.io/revision=2
kubectl rollout undo deployment/blog-api --to-revision=2
kubectl rollout status deployment/blog-api --timeout=60s
