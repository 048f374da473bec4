# Release 1.1, with a readiness probe that asks a path that nobody serves.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"template": {"metadata": {"labels": {"version": "1.1"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": 0}}]}}}}'
