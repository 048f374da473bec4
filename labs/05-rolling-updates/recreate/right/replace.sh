# The object is replaced by what its file says, with another strategy and another image.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --type=merge --patch '{"spec": {"strategy": {"type": "Recreate"}}}' --output yaml | sed 's/blog-api:1\.0$/blog-api:1.1/' | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
