# A Pod that says that it belongs to the ReplicaSet, and does not have its labels.
# expect: FAIL hint=bare-pods
# says: you: made the Pod one-more
rs=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.name}')
uid=$(kubectl get replicaset "$rs" --output jsonpath='{.metadata.uid}')
kubectl create --filename - << END
apiVersion: v1
kind: Pod
metadata:
  name: one-more
  labels: {app: blog-api}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: $rs, uid: $uid, controller: true}]
spec:
  containers: [{name: blog-api, image: "blog-api:1.0"}]
END
