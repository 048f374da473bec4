# The same, with a deadline that is over.
# expect: FAIL hint=deadline
# says: exceeded its progress deadline
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 1, "template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}, "initialDelaySeconds": 600}}]}}}}'
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.replicas}'=5 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.conditions[?(@.type=="Progressing")].reason}'=ProgressDeadlineExceeded \
  deployment/blog-api --timeout=60s
