# The Deployment looks for its Pods in expressions, and has three of them.
kubectl apply --filename - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: blog-api
spec:
  replicas: 3
  selector:
    matchExpressions: [{key: app, operator: In, values: [blog-api]}, {key: made-by, operator: Exists}]
  template:
    metadata:
      labels: {app: blog-api, made-by: a-deployment}
    spec:
      containers: [{name: blog-api, image: "blog-api:1.0"}]
EOF
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api
