# The corrected file is noted as the one that was applied.
kubectl apply view-last-applied deployment/blog-api | sed 's/^  replicas: 3$/  replicas: 5/' > "$TMPDIR/blog-api.yaml"
kubectl apply set-last-applied --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
