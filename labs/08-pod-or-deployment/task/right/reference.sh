# What the program is told comes from a ConfigMap.
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: task
data:
  action: migrate
---
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
          args: [$(ACTION)]
          env:
            - name: ACTION
              valueFrom: {configMapKeyRef: {name: task, key: action}}
EOF
kubectl wait --for=condition=Complete job/migrate --timeout=60s
kubectl logs job/migrate
