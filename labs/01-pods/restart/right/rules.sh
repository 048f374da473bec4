# A rule of the container asks for another try after a failure; its policy alone would not.
kubectl run once --image=blog-api:1.2 --restart=Never
kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: migrate
spec:
  containers:
    - name: migrate
      image: blog-api:1.0
      command: [/blog-api, migrate]
      restartPolicy: Never
      restartPolicyRules:
        - action: Restart
          exitCodes: {operator: NotIn, values: [0]}
EOF
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/once --timeout=60s
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
