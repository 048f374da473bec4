# Back at revision 1, and then the rest of the history is thrown away.
# expect: FAIL hint=history
# says: 2 of its three ReplicaSets are lost
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 0}}'
generation=$(kubectl get deployment blog-api --output jsonpath='{.metadata.generation}')
kubectl wait --for=jsonpath='{.status.observedGeneration}'="$generation" deployment/blog-api --timeout=60s
