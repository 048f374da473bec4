# The template is copied from the ReplicaSet that kept it, its hash along with it.
template=$(kubectl get replicaset "$(kubectl get replicasets --output jsonpath='{.items[?(@.metadata.annotations.deployment\.kubernetes\.io/revision=="2")].metadata.name}')" --output jsonpath='{.spec.template}')
kubectl patch deployment blog-api --type=json --patch "[{\"op\": \"replace\", \"path\": \"/spec/template\", \"value\": $template}]"
kubectl rollout status deployment/blog-api --timeout=60s
