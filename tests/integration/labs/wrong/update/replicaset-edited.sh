# The ReplicaSet's template is changed, and its Pods are deleted: what the Deployment asks for is the old image.
# expect: FAIL hint=replicaset-edited
# says: you: changed the template of the ReplicaSet
kubectl set image "$(kubectl get replicaset --selector app=blog-api --output name)" blog-api=blog-api:1.1
kubectl delete pods --selector app=blog-api --wait=false
