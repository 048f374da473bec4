# A Pod that looks like one of the ReplicaSet's in everything: that one counts, and removes it as one too many.
# expect: FAIL hint=-
rs=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.name}')
uid=$(kubectl get replicaset "$rs" --output jsonpath='{.metadata.uid}')
kubectl create --field-manager=kube-controller-manager --filename - << END
apiVersion: v1
kind: Pod
metadata:
  name: $rs-xxxxx
  generateName: $rs-
  labels: {app: blog-api, pod-template-hash: "${rs##*-}"}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: $rs, uid: $uid, controller: true}]
spec:
  containers: [{name: blog-api, image: "blog-api:1.0"}]
END
kubectl wait --for=delete "pod/$rs-xxxxx" --timeout=60s
