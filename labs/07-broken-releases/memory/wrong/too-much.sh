# So much that it limits nothing.
kubectl set resources deployment/blog-api --limits=memory=2Gi
kubectl rollout status deployment/blog-api --timeout=60s
