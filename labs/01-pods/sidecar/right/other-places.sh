# Both mount the volume at places of their own, and talk over another port.
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
  containers:
    - name: server
      image: blog-api:1.0
      env:
        - {name: PORT, value: "9090"}
        - {name: REQUEST_LOG, value: /srv/written/requests.log}
      volumeMounts: [{name: notes, mountPath: /srv/written}]
    - name: visitor
      image: blog-api:1.0
      command: [/blog-api, visit]
      env:
        - {name: PORT, value: "9090"}
        - {name: REQUEST_LOG, value: /srv/read/requests.log}
      volumeMounts: [{name: notes, mountPath: /srv/read}]
EOF
kubectl wait --for=condition=Ready pod/pair --timeout=60s
kubectl logs pair --container visitor --tail=2
