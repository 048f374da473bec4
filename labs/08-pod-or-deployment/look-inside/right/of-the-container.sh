# The container alone is never restarted; the note comes from a file.
kubectl apply --server-side --filename - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: look
spec:
  containers:
    - name: look
      image: blog-api:1.2
      restartPolicy: Never
EOF
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl logs look
printf 'variable=DATABASE_URL\n' > "$TMPDIR/notes.env"
kubectl create configmap notes --from-env-file="$TMPDIR/notes.env"
kubectl delete pod look --now
