# A ReplicaSet looks after its Pods, too; the text asks for a Deployment.
# expect: FAIL hint=own-replicaset
kubectl create --filename - << END
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: blog-api}
spec:
  replicas: 3
  selector: {matchLabels: {app: blog-api}}
  template:
    metadata: {labels: {app: blog-api}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0"}]}
END
