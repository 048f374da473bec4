# More, but not enough.
kubectl set resources deployment/blog-api --limits=memory=80Mi
