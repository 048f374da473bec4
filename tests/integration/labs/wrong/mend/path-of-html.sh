# A path that is a piece of a page.
# expect: FAIL hint=other-path
# says: it asks for /<b onclick="alert(1)">x</b>
kubectl patch deployment blog-api --type=json \
  --patch='[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/path", "value": "/<b onclick=\"alert(1)\">x</b>"}]'
