# `kubectl replace --force` deletes and makes again, too.
# expect: FAIL hint=recreated
kubectl get deployment blog-api --output yaml | sed 's/^  replicas: 3/  replicas: 5/' > "$TMPDIR/blog-api.yaml"
kubectl replace --force --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
