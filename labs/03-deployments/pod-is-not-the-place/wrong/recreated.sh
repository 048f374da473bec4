# Deleted, and made again with the new image.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch 'spec: {template: {spec: {containers: [{name: blog-api, image: "blog-api:1.1"}]}}}' --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl apply --filename "$TMPDIR/blog-api.yaml"
kubectl rollout status deployment/blog-api --timeout=60s
