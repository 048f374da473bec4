# The image of the Pod that is stuck, instead of the Deployment's.
kubectl set image "$(kubectl get pods --selector app=blog-api --sort-by=.metadata.creationTimestamp --output name | tail -n 1)" blog-api=blog-api:1.1
kubectl wait --for=condition=Ready pod --selector version=1.1 --timeout=60s
