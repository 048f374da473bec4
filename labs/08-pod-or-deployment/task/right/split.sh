# Program and arguments are written apart.
kubectl apply --filename - <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: blog-api:1.1
          command: [/blog-api]
          args: [migrate]
EOF
kubectl wait --for=condition=Complete job/migrate --timeout=60s
kubectl logs job/migrate
