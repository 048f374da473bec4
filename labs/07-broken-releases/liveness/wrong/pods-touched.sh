# The Pod that is stuck is deleted first, and mended is only then.
kubectl delete "$(kubectl get pods --selector app=blog-api --sort-by=.metadata.creationTimestamp --output name | tail -n 1)"
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "startupProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2, "failureThreshold": 30}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
