# The page size of that release comes from a ConfigMap.
kubectl create configmap settings --from-literal=PAGE_SIZE=20
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/revisionHistoryLimit", "value": 5}, {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "blog-api:1.0"}, {"op": "remove", "path": "/spec/template/spec/containers/0/env"}, {"op": "add", "path": "/spec/template/spec/containers/0/envFrom", "value": [{"configMapRef": {"name": "settings"}}]}]'
kubectl rollout status deployment/blog-api --timeout=60s
