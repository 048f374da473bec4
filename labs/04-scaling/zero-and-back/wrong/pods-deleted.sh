# All Pods are deleted: there are none for a moment, but three are asked for.
kubectl delete pods --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
