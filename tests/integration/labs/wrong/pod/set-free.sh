# One of blog-api's Pods is set free: it has no owner, and another name.
# expect: FAIL hint=-
# says: it has no owner any more
kubectl label "$(kubectl get pods --selector app=blog-api --output name | head -n 1)" app=loner --overwrite
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=120s
