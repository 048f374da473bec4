# Release 1.1, with a request that no Node can grant.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.1"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "resources": {"requests": {"cpu": "64"}}}]}}}}' --output yaml | kubectl apply --filename -
