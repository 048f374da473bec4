# The old one goes first.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch '{"metadata": {"name": "blog", "labels": {"app": "blog"}}, "spec": {"selector": {"matchLabels": {"app": "blog"}}, "template": {"metadata": {"labels": {"app": "blog"}}}}}' --output yaml > "$TMPDIR/blog.yaml"
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
kubectl apply --filename "$TMPDIR/blog.yaml"
kubectl rollout status deployment/blog --timeout=60s
