# One Pod of the new release, in a Deployment of its own, with blog-api's label: blog-api asks for what it did.
# expect: FAIL hint=second-deployment
# says: A hidden check: ownership (not yet
kubectl create --filename - << END
apiVersion: apps/v1
kind: Deployment
metadata: {name: blog-api-canary}
spec:
  replicas: 1
  selector: {matchLabels: {app: blog-api, track: canary}}
  template:
    metadata: {labels: {app: blog-api, track: canary}}
    spec: {containers: [{name: blog-api, image: "blog-api:1.1"}]}
END
kubectl rollout status deployment/blog-api-canary --timeout=120s
