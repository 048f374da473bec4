# The right Pod, which says that the ReplicaSet owns it, and is let go.
# expect: PASS
# says: it has no owner any more
rs=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.name}')
uid=$(kubectl get replicaset "$rs" --output jsonpath='{.metadata.uid}')
kubectl run loner --image=blog-api:1.0 --overrides="{\"metadata\": {\"ownerReferences\": [
  {\"apiVersion\": \"apps/v1\", \"kind\": \"ReplicaSet\", \"name\": \"$rs\", \"uid\": \"$uid\", \"controller\": true}]}}"
kubectl wait --for=condition=Ready pod/loner --timeout=120s
