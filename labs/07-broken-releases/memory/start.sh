# Release 1.3, within the memory that was enough for 1.0.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.3"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.3"}]}}}}' --output yaml | kubectl apply --filename -
