# An image whose name goes on with a verdict of its own.
# expect: FAIL hint=wrong-image
# says: it asks for blog-api:1.1   ✔ All of it (right, 6/6): done
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image",
  "value": "blog-api:1.1\n  ✔ All of it (right, 6/6): done"}]'
