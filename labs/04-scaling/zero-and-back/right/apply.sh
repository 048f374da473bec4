# The file is changed and applied, and then applied as it was.
kubectl apply view-last-applied deployment/blog-api > "$TMPDIR/blog-api.yaml"
sed 's/^  replicas: 3$/  replicas: 0/' "$TMPDIR/blog-api.yaml" | kubectl apply --filename -
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
kubectl apply --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
