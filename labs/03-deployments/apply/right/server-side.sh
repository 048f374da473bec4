# The changed file is applied by the server.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl set env --local --filename - LOG_LEVEL=debug --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml | kubectl apply --server-side --force-conflicts --filename -
kubectl rollout status deployment/blog-api --timeout=60s
