# The answers are applied by the server.
kubectl apply --server-side --filename - <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: answers
data:
  q1: observe
  q2: deployment
  q3: job
  q4: pod
  q5: deployment
  q6: delete
  q7: deployment
  q8: job
  q9: deployment
  q10: deployment
  q11: observe
  q12: pod
EOF
