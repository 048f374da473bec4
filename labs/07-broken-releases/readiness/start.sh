# Release 1.1, with a readiness probe that asks a path that nobody serves.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.1"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": null}}]}}}}' --output yaml | kubectl apply --filename -
