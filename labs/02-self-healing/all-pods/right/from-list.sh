# The list of what is to be deleted is read from a manifest.
kubectl get pods --selector app=blog-api --output json | kubectl delete --now --filename -
kubectl rollout status deployment/blog-api --timeout=60s
