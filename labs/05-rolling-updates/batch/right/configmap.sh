# The variable comes from a ConfigMap, with all that is in it; the pause is written by patches.
kubectl create configmap database --from-literal=URL=postgres://db/blog
kubectl patch deployment blog-api --patch '{"spec": {"paused": true}}'
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.2", "envFrom": [{"prefix": "DATABASE_", "configMapRef": {"name": "database"}}]}]}}}}'
kubectl patch deployment blog-api --patch '{"spec": {"paused": false}}'
kubectl rollout status deployment/blog-api --timeout=60s
