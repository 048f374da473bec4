# The ReplicaSets outlive their Deployment, and the next one takes them over: another object, with all revisions.
# expect: FAIL hint=recreated
# says: this is another Deployment
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api --cascade=orphan
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
