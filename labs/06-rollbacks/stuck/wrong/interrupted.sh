# All Pods are deleted first, to begin afresh; the old ones had been serving.
kubectl delete pods --selector app=blog-api
kubectl rollout undo deployment/blog-api
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=60s
