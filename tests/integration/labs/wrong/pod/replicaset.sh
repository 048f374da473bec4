# A ReplicaSet of this name: its Pod is called otherwise, and has an owner.
# expect: FAIL hint=own-replicaset
# says: there is none
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: loner}
spec:
  selector: {matchLabels: {app: loner}}
  template:
    metadata: {labels: {app: loner}}
    spec: {containers: [{name: loner, image: "blog-api:1.0"}]}
END
kubectl wait --for=jsonpath='{.status.readyReplicas}'=1 replicaset/loner --timeout=120s
