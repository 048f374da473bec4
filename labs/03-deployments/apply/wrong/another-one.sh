# The file has got another name as well: a second Deployment.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl set env --local --filename - LOG_LEVEL=debug --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml | kubectl patch --local --filename - --patch 'metadata: {name: blog-api-debug}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api-debug --timeout=60s
