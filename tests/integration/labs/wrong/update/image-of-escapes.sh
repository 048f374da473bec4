# An image whose name colours a terminal, clears it, and renames its window.
# expect: FAIL hint=wrong-image
# says: [31mred�[0m�[2J�]0;title�
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image",
  "value": "\u001b[31mred\u001b[0m\u001b[2J\u001b]0;title\u0007"}]'
