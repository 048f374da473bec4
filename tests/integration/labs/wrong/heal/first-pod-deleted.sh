# What becomes of the first Pod does not matter.
# expect: PASS
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
kubectl delete pod blog-api
