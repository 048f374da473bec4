# Whatever Pods there are.
kubectl delete pods --all
kubectl rollout status deployment/blog-api --timeout=60s
