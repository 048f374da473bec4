# Another Deployment with the same selector has the two that are missing.
# expect: FAIL hint=second-deployment
# on kind, too
kubectl get deployment blog-api --output yaml |
  sed -e 's/^  name: blog-api/  name: blog-api-2/' -e 's/^  replicas: 3/  replicas: 2/' > "$TMPDIR/blog-api-2.yaml"
kubectl create --filename "$TMPDIR/blog-api-2.yaml"
kubectl rollout status deployment/blog-api-2 --timeout=120s
