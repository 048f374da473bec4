# A ReplicaSet of the learner's own beside the Deployment: five Pods in all, from two hands.
# expect: FAIL hint=own-replicaset
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: two-more}
spec:
  replicas: 2
  selector: {matchLabels: {app: blog-api, more: "yes"}}
  template:
    metadata: {labels: {app: blog-api, more: "yes"}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0"}]}
END
kubectl wait --for=jsonpath='{.status.readyReplicas}'=2 replicaset/two-more --timeout=120s
