# The exporting Pod gets a price; then two go, and it is not among them.
kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=100
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
