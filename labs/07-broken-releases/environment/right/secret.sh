# The variable comes from a Secret, under another name there.
kubectl create secret generic database --from-literal=url=postgres://blog-db:5432/blog
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "env": [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
