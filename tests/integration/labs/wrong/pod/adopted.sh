# With all the labels of the others: taken for one of them, and removed.
# expect: FAIL hint=taken
# unsaid: you: deleted the Pod
hash=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl run loner --image=blog-api:1.0 --labels="app=blog-api,pod-template-hash=$hash"
kubectl wait --for=delete pod/loner --timeout=60s
