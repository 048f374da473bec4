# With all the labels of the others: adopted, counted as one too many, removed.
# expect: FAIL hint=bare-pods
# unsaid: you: deleted the Pod
hash=$(kubectl get replicaset --selector app=blog-api --output jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl run one-more --image=blog-api:1.0 --labels="app=blog-api,pod-template-hash=$hash"
kubectl wait --for=delete pod/one-more --timeout=60s
