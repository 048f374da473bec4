# The manifest that was applied is saved before the Pod goes, and applied again afterwards.
kubectl apply view-last-applied pod/blog > "$TMPDIR/blog.yaml"
kubectl delete pod blog
kubectl apply --server-side --filename "$TMPDIR/blog.yaml"
kubectl wait --for=condition=Ready pod/blog --timeout=60s
