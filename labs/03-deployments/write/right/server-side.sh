# The server does the merging, and names who applied; the selector is written in expressions.
kubectl apply --server-side --filename - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: blog-api
spec:
  replicas: 3
  selector:
    matchExpressions:
      - {key: app, operator: In, values: [blog-api]}
  template:
    metadata:
      labels: {app: blog-api, tier: web}
    spec:
      containers:
        - name: blog-api
          image: blog-api:1.0
EOF
kubectl rollout status deployment/blog-api --timeout=60s
