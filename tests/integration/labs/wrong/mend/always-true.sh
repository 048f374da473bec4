# A command that always succeeds.
# expect: FAIL hint=always
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe",
  "value": {"exec": {"command": ["true"]}}}]'
