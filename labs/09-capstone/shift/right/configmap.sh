# The database comes from a ConfigMap; the lone Pod's successor looks for its Pods in expressions.
kubectl create configmap pictures --from-literal=URL=postgres://db.internal/gallery
kubectl patch deployment gallery --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "envFrom": [{"prefix": "DATABASE_", "configMapRef": {"name": "pictures"}}]}]}}}}'
kubectl patch deployment search --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
KUBE_EDITOR='sed -i.bak s/blog-pai:1.1$/blog-api:1.1/' kubectl edit deployment comments
kubectl rollout resume deployment/archive
kubectl rollout status deployment/search --timeout=60s
kubectl rollout status deployment/gallery --timeout=60s
kubectl rollout status deployment/comments --timeout=60s
kubectl rollout status deployment/archive --timeout=60s
kubectl apply --filename - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: feedback
spec:
  replicas: 2
  selector:
    matchExpressions: [{key: app, operator: In, values: [feedback]}]
  template:
    metadata:
      labels: {app: feedback}
    spec:
      containers:
        - name: blog-api
          image: blog-api:1.0
          readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
EOF
kubectl rollout status deployment/feedback --timeout=60s
kubectl delete pod feedback
kubectl patch deployment front --type=json --patch '[{"op": "replace", "path": "/spec/strategy", "value": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}}}]'
kubectl set image deployment/front blog-api=docker.io/library/blog-api:1.1
kubectl rollout status deployment/front --timeout=60s
