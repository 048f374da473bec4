# The Pods are deleted, and come back as big as before.
kubectl delete pods --selector app=blog-api
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
