# The Pods that serve readers are told to migrate.
kubectl patch deployment blog-api --type=json --patch='[{"op": "add", "path": "/spec/template/spec/containers/0/args", "value": ["migrate"]}]'
