# A variable that nobody reads, only to get new Pods.
kubectl set env deployment/blog-api RESTARTED=today
kubectl rollout status deployment/blog-api --timeout=60s
