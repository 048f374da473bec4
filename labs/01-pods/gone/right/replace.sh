# One command deletes it and makes it again, from what the cluster knows of it.
kubectl get pod blog --output yaml > "$TMPDIR/blog.yaml"
kubectl replace --force --filename "$TMPDIR/blog.yaml"
kubectl wait --for=condition=Ready pod/blog --timeout=60s
