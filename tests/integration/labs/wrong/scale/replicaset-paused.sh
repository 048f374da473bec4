# A paused Deployment looks after the number all the same.
# expect: FAIL hint=replicaset
kubectl rollout pause deployment/blog-api
kubectl scale "$(kubectl get replicaset --selector app=blog-api --output name)" --replicas=5
