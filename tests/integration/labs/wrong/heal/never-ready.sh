# Three Pods that will be ready in ten minutes.
# expect: WAITING hint=slow
# says: this is tried once the rest is right
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --output=yaml --dry-run=client |
  sed 's|^        name: blog-api|&\n        readinessProbe: {httpGet: {path: /readyz, port: 8080}, initialDelaySeconds: 600}|' > "$TMPDIR/blog-api.yaml"
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
