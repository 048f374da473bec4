# The machine is gone: once the cluster has given it up, what hangs there is cleared away by force.
node=$(kubectl get pod loner --output jsonpath='{.spec.nodeName}')
kubectl wait --for=condition=Ready=Unknown "node/$node" --timeout=120s
kubectl wait --for=jsonpath='{.metadata.deletionTimestamp}' pod/loner --timeout=60s
kubectl delete pods --field-selector "spec.nodeName=$node" --force
kubectl rollout status deployment/blog-api --timeout=60s
