# Only what the program is told; the image knows which program.
kubectl apply --filename - <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers:
        - name: migrate
          image: blog-api:1.1
          args: [migrate]
EOF
kubectl wait --for=condition=Complete job/migrate --timeout=60s
kubectl logs job/migrate
