# The Pod that does not start is deleted, and comes again as it was.
kubectl get pods --field-selector status.phase=Pending --output name | xargs kubectl delete
kubectl wait --for=jsonpath='{.status.replicas}'=4 deployment/blog-api --timeout=60s
