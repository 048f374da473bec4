# The visitor is an init container that is always restarted: the other form of a sidecar.
kubectl delete pod pair
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  volumes:
    - name: notes
      emptyDir: {}
  initContainers:
    - name: visitor
      image: blog-api:1.0
      restartPolicy: Always
      args: [visit]
      env: [{name: REQUEST_LOG, value: /var/log/blog/requests.log}]
      volumeMounts: [{name: notes, mountPath: /var/log/blog}]
  containers:
    - name: server
      image: blog-api:1.0
      env: [{name: REQUEST_LOG, value: /var/log/blog/requests.log}]
      volumeMounts: [{name: notes, mountPath: /var/log/blog}]
EOF
kubectl wait --for=condition=Ready pod/pair --timeout=60s
kubectl logs pair --container visitor --tail=2
