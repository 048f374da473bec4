# The Pods are deleted: others come, from the same template.
kubectl delete pods --selector app=blog-api,pod-template-hash
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/blog-api --timeout=60s
