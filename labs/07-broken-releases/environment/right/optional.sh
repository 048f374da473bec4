# The reference is optional, and what it refers to is there.
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: Secret
metadata:
  name: database
stringData:
  DATABASE_URL: postgres://blog-db:5432/blog
EOF
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "env": [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "database", "key": "DATABASE_URL", "optional": true}}}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
