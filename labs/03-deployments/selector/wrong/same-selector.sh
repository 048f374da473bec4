# A new name, and the old selector.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch 'metadata: {name: blog}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl delete deployment blog-api
