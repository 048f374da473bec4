# The probe is right, and the program is started otherwise.
# expect: FAIL hint=template
# says: command added
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api",
  "command": ["/blog-api", "-path=/readyz"], "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'
