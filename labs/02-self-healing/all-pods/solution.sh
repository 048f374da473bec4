# All Pods at once, chosen by their label.
kubectl delete pods --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
