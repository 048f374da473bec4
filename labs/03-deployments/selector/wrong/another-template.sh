# Written anew instead of copied: no readiness probe, no resources.
kubectl create deployment blog --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
