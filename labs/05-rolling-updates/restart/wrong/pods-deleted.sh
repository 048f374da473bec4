# The Pods are deleted, and come back.
kubectl delete pods --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
