# A paused Deployment cannot be undone; set back by hand, it stays where it is.
# expect: FAIL hint=paused
kubectl rollout pause deployment/blog-api
if kubectl rollout undo deployment/blog-api --to-revision=1; then exit 1; fi
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "GREETING", "value": "hello"}]}]}}}}'
