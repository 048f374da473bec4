# A rollout replaces all Pods, and makes a new ReplicaSet.
kubectl rollout restart deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
