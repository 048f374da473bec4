# A kustomization lays the new tag over the file.
kubectl apply view-last-applied deployment/blog-api --output yaml > "$TMPDIR/blog-api.yaml"
cat > "$TMPDIR/kustomization.yaml" <<'EOF'
resources: [blog-api.yaml]
images: [{name: blog-api, newTag: "1.1"}]
EOF
kubectl kustomize "$TMPDIR" | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
