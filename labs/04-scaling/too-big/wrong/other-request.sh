# The unit is still missing: fifty whole CPUs.
kubectl set resources deployment blog-api --requests=cpu=50
kubectl wait --for=jsonpath='{.status.updatedReplicas}' deployment/blog-api --timeout=60s
