# A ReplicaSet that says that it belongs to the Deployment, with two Pods: for the Deployment, it is an old revision.
# expect: FAIL hint=own-replicaset
# says: you: made the ReplicaSet two-more
uid=$(kubectl get deployment blog-api --output jsonpath='{.metadata.uid}')
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: two-more
  labels: {app: blog-api}
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: blog-api, uid: $uid, controller: true}]
spec:
  replicas: 2
  selector: {matchLabels: {app: blog-api, more: "yes"}}
  template:
    metadata: {labels: {app: blog-api, more: "yes"}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0"}]}
END
