# The Deployment is deleted, and leaves its ReplicaSet: that one looks after the Pods; the text asks for a Deployment.
# expect: FAIL hint=gone-meanwhile
# unsaid: you: made the ReplicaSet
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
kubectl rollout status deployment/blog-api --timeout=120s
kubectl delete deployment blog-api --cascade=orphan
