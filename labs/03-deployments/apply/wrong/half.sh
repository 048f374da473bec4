# Only the number.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
