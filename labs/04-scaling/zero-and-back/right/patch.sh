# The number is written by patches.
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 0}}'
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/replicas", "value": 3}]'
kubectl rollout status deployment/blog-api --timeout=60s
