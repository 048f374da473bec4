# The variables come from a ConfigMap, which is there, and in which the one that matters is missing.
kubectl create configmap settings --from-literal=LOG_LEVEL=info
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "envFrom": [{"configMapRef": {"name": "settings"}}]}]}}}}'
