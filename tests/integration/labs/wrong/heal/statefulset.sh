# So does a StatefulSet.
# expect: FAIL hint=other-kind
kubectl create --filename - << END
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: blog-api}
spec:
  serviceName: blog-api
  replicas: 3
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.0"}]}
END
kubectl wait --for=jsonpath='{.status.replicas}'=3 statefulset/blog-api --timeout=60s
