# kubectl writes the manifest, a kustomization adds the label and the number, and apply does the rest.
kubectl create deployment blog-api --image=blog-api:0.9 --dry-run=client --output yaml > "$TMPDIR/deployment.yaml"
cat > "$TMPDIR/kustomization.yaml" <<'EOF'
resources: [deployment.yaml]
images: [{name: blog-api, newTag: "1.0"}]
replicas: [{name: blog-api, count: 3}]
labels:
  - pairs: {tier: web}
    includeTemplates: true
EOF
kubectl apply --kustomize "$TMPDIR"
kubectl rollout status deployment/blog-api --timeout=60s
