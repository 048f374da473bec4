# The Pods outlive their Deployment and are adopted by the next one: never fewer than three, and another object.
# expect: FAIL hint=recreated
# unsaid: you: deleted the Pod
kubectl get deployment blog-api --output yaml | sed 's/^  replicas: 3/  replicas: 5/' > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api --cascade=orphan
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
