# The path is right, in another object: `kubectl replace --force` deletes the Deployment and creates one.
# expect: FAIL hint=recreated
# says: this is another Deployment with the same name
kubectl get deployment blog-api --output yaml | sed 's|path: /ready$|&z|' > "$TMPDIR/blog-api.yaml"
kubectl replace --force --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
