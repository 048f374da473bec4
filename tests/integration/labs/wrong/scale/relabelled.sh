# Two Pods are taken out of the count, so that two more are made: five run.
# expect: FAIL hint=relabelled
kubectl get pods --selector app=blog-api --output name | head -n 2 | xargs -I{} kubectl label {} pod-template-hash-
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=120s
