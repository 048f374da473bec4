# A manifest makes it, and takes it away again.
kubectl run loner --image=blog-api:1.0 --dry-run=client --output yaml > "$TMPDIR/loner.yaml"
kubectl apply --filename "$TMPDIR/loner.yaml"
kubectl wait --for=condition=Ready pod/loner --timeout=60s
kubectl delete --filename "$TMPDIR/loner.yaml"
