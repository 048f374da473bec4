# Command, arguments and variables refer to other variables.
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
        - {name: FOLDER, value: /var/log/blog}
        - {name: REQUEST_LOG, value: $(FOLDER)/requests.log}
      volumeMounts: [{name: notes, mountPath: /var/log/blog}]
    - name: visitor
      image: blog-api:1.0
      command: [/blog-api]
      args: [$(ACTION)]
      env:
        - {name: ACTION, value: visit}
        - {name: FOLDER, value: /var/log/blog}
        - {name: REQUEST_LOG, value: $(FOLDER)/requests.log}
      volumeMounts: [{name: notes, mountPath: /var/log/blog}]
EOF
kubectl wait --for=condition=Ready pod/pair --timeout=60s
kubectl logs pair --container visitor --tail=2
