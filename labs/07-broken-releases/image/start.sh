# Release 1.1, with a typing mistake in its image.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.1"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:v1.1"}]}}}}' --output yaml | kubectl apply --filename -
