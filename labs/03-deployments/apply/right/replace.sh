# The object is replaced by what the file says, and the file is noted on it.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl set env --local --filename - LOG_LEVEL=debug --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml | kubectl replace --save-config --filename -
kubectl rollout status deployment/blog-api --timeout=60s
