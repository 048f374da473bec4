# The request becomes one that fits; that is a change of the template, so the Pods are made anew.
kubectl set resources deployment blog-api --requests=cpu=50m
kubectl rollout status deployment/blog-api --timeout=60s
