# A kustomization lays both changes over the file.
kubectl apply view-last-applied deployment/blog-api --output yaml > "$TMPDIR/blog-api.yaml"
cat > "$TMPDIR/kustomization.yaml" <<'EOF'
resources: [blog-api.yaml]
replicas: [{name: blog-api, count: 4}]
patches:
  - target: {kind: Deployment, name: blog-api}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: blog-api}
      spec: {template: {spec: {containers: [{name: blog-api, env: [{name: LOG_LEVEL, value: debug}]}]}}}
EOF
kubectl apply --kustomize "$TMPDIR"
kubectl rollout status deployment/blog-api --timeout=60s
