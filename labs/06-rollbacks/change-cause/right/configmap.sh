# The page size comes from a ConfigMap.
KUBE_EDITOR='sed -i.bak s/blog-api:1.0$/blog-api:1.1/' kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment blog-api 'kubernetes.io/change-cause=a newer image'
kubectl create configmap settings --from-literal=PAGE_SIZE=50
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/env/0", "value": {"name": "PAGE_SIZE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "PAGE_SIZE"}}}}]'
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment blog-api --overwrite 'kubernetes.io/change-cause=longer pages'
