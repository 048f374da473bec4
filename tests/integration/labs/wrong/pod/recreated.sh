# The Pod is right; blog-api was deleted and made again as it was, which is another object.
# expect: FAIL hint=recreated
# says: somebody has changed it
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl replace --force --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
