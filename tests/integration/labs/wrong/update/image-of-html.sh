# An image whose name is a piece of a page.
# expect: FAIL hint=wrong-image
# says: <script>alert("1")</script>&amp;<img src=x onerror=alert(1)>
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image",
  "value": "<script>alert(\"1\")</script>&amp;<img src=x onerror=alert(1)>"}]'
