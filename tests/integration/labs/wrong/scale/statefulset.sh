# Another kind, of the same name, with five Pods.
# expect: FAIL hint=deleted
kubectl delete deployment blog-api
kubectl create --filename - << END
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: blog-api}
spec:
  serviceName: blog-api
  replicas: 5
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: blog-api}}
  template:
    metadata: {labels: {app: blog-api}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0"}]}
END
kubectl wait --for=jsonpath='{.status.readyReplicas}'=5 statefulset/blog-api --timeout=120s
