# More time for an image that will never come.
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 600}}'
