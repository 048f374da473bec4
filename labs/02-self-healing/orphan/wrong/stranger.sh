# A new Pod without an owner, instead of one of the three.
kubectl run quarantine --image=blog-api:1.0 --labels=app=quarantine
kubectl wait --for=condition=Ready pod/quarantine --timeout=60s
