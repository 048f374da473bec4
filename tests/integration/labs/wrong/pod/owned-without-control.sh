# The right Pod, which says that the Deployment owns it, and does not control it: with that one it would go.
# expect: FAIL hint=owned
# says: its owner: Deployment blog-api
uid=$(kubectl get deployment blog-api --output jsonpath='{.metadata.uid}')
kubectl run loner --image=blog-api:1.0 --overrides="{\"metadata\": {\"ownerReferences\": [
  {\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"name\": \"blog-api\", \"uid\": \"$uid\"}]}}"
kubectl wait --for=condition=Ready pod/loner --timeout=120s
