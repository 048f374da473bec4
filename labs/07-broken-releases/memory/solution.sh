# The limit leaves room for what 1.3 needs.
kubectl set resources deployment/blog-api --limits=memory=128Mi
kubectl rollout status deployment/blog-api --timeout=60s
