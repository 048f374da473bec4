# While the check waits for the Pod that should come back, the Deployment is deleted.
# expect: FAIL hint=gone-meanwhile
# says: the Deployment went away while this was tried
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --output=yaml --dry-run=client |
  sed 's|^        name: blog-api|&\n        readinessProbe: {httpGet: {path: /readyz, port: 8080}, initialDelaySeconds: 8}|' > "$TMPDIR/blog-api.yaml"
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=120s
# ---- while it is checked
kubectl wait --for=jsonpath='{.status.readyReplicas}'=2 deployment/blog-api --timeout=60s
kubectl delete deployment blog-api --wait=false
