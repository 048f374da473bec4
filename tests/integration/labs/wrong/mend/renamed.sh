# A Deployment of another name asks for the right path, and the one from the start is deleted.
# expect: FAIL hint=deleted
# says: there is no Deployment called blog-api
kubectl get deployment blog-api --output yaml |
  sed -e 's|path: /ready$|&z|' -e 's/^  name: blog-api$/&-2/' > "$TMPDIR/blog-api-2.yaml"
kubectl create --filename "$TMPDIR/blog-api-2.yaml"
kubectl rollout status deployment/blog-api-2 --timeout=120s
kubectl delete deployment blog-api
