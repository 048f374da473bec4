# The new image, and no probe any more.
# expect: FAIL hint=template
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "image": "blog-api:1.1", "readinessProbe": null}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
