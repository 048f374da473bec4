# All that has changed since revision 1 is set back by hand: that counts, and there is a shorter way.
# expect: PASS
# says: `kubectl rollout undo --to-revision=1` does that in one step
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "GREETING", "value": "hello"}]}]}}}}'
