# A manifest makes the Pod and takes it away; the note is applied.
kubectl run look --image=blog-api:1.2 --restart=Never --dry-run=client --output yaml > "$TMPDIR/look.yaml"
kubectl apply --filename "$TMPDIR/look.yaml"
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl logs look
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  variable: DATABASE_URL
EOF
kubectl delete --filename "$TMPDIR/look.yaml"
