# The Pod gets its price by hand, the Deployment its number from an autoscaler.
kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=100
kubectl autoscale deployment blog-api --min=2 --max=2
kubectl wait --for=jsonpath='{.spec.replicas}'=2 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
