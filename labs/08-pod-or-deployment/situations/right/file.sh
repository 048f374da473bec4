# The answers come from a file, one on each line.
cat > "$TMPDIR/answers.env" <<'EOF'
q1=observe
q2=deployment
q3=job
q4=pod
q5=deployment
q6=delete
q7=deployment
q8=job
q9=deployment
q10=deployment
q11=observe
q12=pod
EOF
kubectl create configmap answers --from-env-file="$TMPDIR/answers.env"
