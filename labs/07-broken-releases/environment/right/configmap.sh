# The variable comes from a ConfigMap, with all that is in it.
kubectl create configmap database --from-literal=DATABASE_URL=postgres://blog-db:5432/blog
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "envFrom": [{"configMapRef": {"name": "database"}}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
