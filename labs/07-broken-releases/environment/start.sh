# Release 1.2, without the variable that it needs.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.2"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.2"}]}}}}' --output yaml | kubectl apply --filename -
