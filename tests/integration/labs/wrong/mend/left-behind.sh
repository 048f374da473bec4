# The probe is right. The ReplicaSet in which it was tried is left behind, and its Pod has blog-api's label.
# expect: FAIL hint=own-replicaset
# says: A hidden check: ownership (not yet
hash=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: try}
spec:
  replicas: 1
  selector: {matchLabels: {app: blog-api, try: "yes"}}
  template:
    metadata: {labels: {app: blog-api, try: "yes"}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0", readinessProbe: {httpGet: {path: /readyz, port: 8080}}}]}
END
kubectl wait --for=jsonpath='{.status.readyReplicas}'=1 replicaset/try --timeout=120s
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
kubectl rollout status deployment/blog-api --timeout=120s
for old in $(kubectl get pods --selector "pod-template-hash=$hash" --output name); do
  kubectl wait --for=delete "$old" --timeout=60s
done
