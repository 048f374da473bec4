# It is applied by the server, with a label of its own.
kubectl apply --server-side --filename - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: loner
  labels: {app: loner}
spec:
  containers:
    - name: loner
      image: blog-api:1.0
EOF
kubectl wait --for=condition=Ready pod/loner --timeout=60s
kubectl delete pods --selector app=loner
