# What the Deployment says of itself is for its controller to write.
# expect: FAIL hint=-
forged='{"status": {"replicas": 5, "readyReplicas": 5, "availableReplicas": 5, "updatedReplicas": 5}}'
if kubectl patch deployment blog-api --subresource=status --patch "$forged"; then exit 1; fi
kubectl patch deployment blog-api --patch "$forged"
