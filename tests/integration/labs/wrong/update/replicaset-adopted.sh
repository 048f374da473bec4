# A ReplicaSet of the new release with blog-api's label: the Deployment adopts it as an old revision, and empties it.
# expect: FAIL hint=own-replicaset
# says: you: made the ReplicaSet blog-api-new, which no Deployment owns
# unsaid: you: scaled the ReplicaSet
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: blog-api-new
  labels: {app: blog-api}
spec:
  replicas: 3
  selector: {matchLabels: {app: blog-api, release: new}}
  template:
    metadata: {labels: {app: blog-api, release: new}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.1"}]}
END
kubectl wait --for=jsonpath='{.spec.replicas}'=0 replicaset/blog-api-new --timeout=60s
kubectl wait --for=jsonpath='{.status.replicas}'=0 replicaset/blog-api-new --timeout=60s
