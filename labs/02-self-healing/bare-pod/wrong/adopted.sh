# With all the labels of the others: the ReplicaSet adopts it, and removes it as one too many.
hash=$(kubectl get pods --selector app=blog-api --output jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl run loner --image=blog-api:1.0 --labels="app=blog-api,pod-template-hash=$hash"
kubectl wait --for=delete pod/loner --timeout=60s
