# The containers have a restartPolicy of their own; that of their Pods is Always.
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: once
spec:
  containers:
    - name: once
      image: blog-api:1.2
      restartPolicy: Never
---
apiVersion: v1
kind: Pod
metadata:
  name: migrate
spec:
  containers:
    - name: migrate
      image: blog-api:1.0
      restartPolicy: OnFailure
      args: [migrate]
EOF
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/once --timeout=60s
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
