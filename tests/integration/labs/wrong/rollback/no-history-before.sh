# The history is thrown away, and then there is nothing to go back to.
# expect: FAIL hint=history
# says: revisionHistoryLimit changed
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 0}}'
generation=$(kubectl get deployment blog-api --output jsonpath='{.metadata.generation}')
kubectl wait --for=jsonpath='{.status.observedGeneration}'="$generation" deployment/blog-api --timeout=60s
if kubectl rollout undo deployment/blog-api --to-revision=1; then exit 1; fi
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "GREETING", "value": "hello"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
