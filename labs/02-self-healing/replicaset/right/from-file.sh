# What is deleted is read from a manifest.
kubectl get replicasets --selector app=blog-api --output yaml | kubectl delete --filename -
kubectl rollout status deployment/blog-api --timeout=60s
