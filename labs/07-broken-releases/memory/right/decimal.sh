# The limit is written in decimal megabytes, and the request with it.
kubectl set resources deployment/blog-api --limits=memory=150M --requests=memory=100M
kubectl rollout status deployment/blog-api --timeout=60s
