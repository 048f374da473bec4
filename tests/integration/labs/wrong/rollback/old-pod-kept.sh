# One Pod of revision 3 is taken out of the count before the undo, to look at it later: it keeps blog-api's label.
# expect: FAIL hint=relabelled
# says: A hidden check: ownership (not yet
# says: you: changed the labels of the Pod
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
hash=$(kubectl get "$pod" --output jsonpath='{.metadata.labels.pod-template-hash}')
kubectl label "$pod" pod-template-hash-
kubectl rollout undo deployment/blog-api --to-revision=1
kubectl rollout status deployment/blog-api --timeout=120s
for old in $(kubectl get pods --selector "pod-template-hash=$hash" --output name); do
  kubectl wait --for=delete "$old" --timeout=60s
done
