# An image whose name reads as the right one, with marks that nobody sees.
# expect: FAIL hint=wrong-image
# says: it asks for blog-api:�1.�1�
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image",
  "value": "blog-api:\u202e1.\u200b1\u2066"}]'
