# The new file is right, but the Deployment is deleted before it is applied.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl set env --local --filename - LOG_LEVEL=debug --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
kubectl apply --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
