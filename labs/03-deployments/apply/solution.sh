# Both changes go into the file, and that is applied once.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl set env --local --filename - LOG_LEVEL=debug --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4}' --output yaml > "${TMPDIR:-.}/blog-api.yaml"
kubectl apply --filename "${TMPDIR:-.}/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
