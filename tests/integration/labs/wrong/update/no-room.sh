# The new image, and a request that no Node can grant: the deadline is over before any of it runs.
# expect: FAIL hint=deadline
# says: exceeded its progress deadline
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 1, "template": {"spec": {"containers": [{"name": "blog-api",
  "image": "blog-api:1.1", "resources": {"requests": {"cpu": "1000"}}}]}}}}'
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.replicas}'=5 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.conditions[?(@.type=="Progressing")].reason}'=ProgressDeadlineExceeded \
  deployment/blog-api --timeout=60s
