# The right image, and environment variables whose names are pieces of a page.
# expect: FAIL hint=template
# says: env <script>alert(1)</script> added
kubectl patch deployment blog-api --type=json --patch '[
  {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "blog-api:1.1"},
  {"op": "add", "path": "/spec/template/spec/containers/0/env", "value": [{"name": "<script>alert(1)</script>", "value": "1"}]}]'
