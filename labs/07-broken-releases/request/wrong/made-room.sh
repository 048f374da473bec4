# The old Pods make room, but no Node becomes bigger.
kubectl patch deployment blog-api --patch '{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}'
