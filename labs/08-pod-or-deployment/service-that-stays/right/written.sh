# kubectl writes the manifest, and it is applied by the server.
kubectl create deployment blog-api --image=docker.io/library/blog-api:1.0 --replicas=2 --dry-run=client --output yaml | kubectl apply --server-side --filename -
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api
