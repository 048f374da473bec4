# The new selector is written in expressions: the same labels in other words.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --type=json --patch '[{"op": "replace", "path": "/metadata", "value": {"name": "blog"}}, {"op": "replace", "path": "/spec/selector", "value": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["blog"]}, {"key": "tier", "operator": "Exists"}]}}, {"op": "replace", "path": "/spec/template/metadata/labels/app", "value": "blog"}]' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
