# Mended where the Deployment does not look: it makes another ReplicaSet.
# expect: FAIL hint=replicaset-edited
kubectl patch "$(kubectl get replicaset --selector app=blog-api --output name)" --patch '{"spec": {"template": {"spec": {"containers": [
  {"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl delete pods --selector app=blog-api --wait=false
