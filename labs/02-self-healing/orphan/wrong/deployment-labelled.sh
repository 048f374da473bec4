# The label on the Deployment instead of on a Pod.
kubectl label deployment blog-api app=quarantine --overwrite
