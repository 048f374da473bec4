# The template of the ReplicaSet is changed, and all Pods are deleted.
kubectl set image "$(kubectl get replicasets --selector app=blog-api --output name)" blog-api=blog-api:1.1
kubectl delete pods --selector app=blog-api
kubectl rollout status deployment/blog-api --timeout=60s
