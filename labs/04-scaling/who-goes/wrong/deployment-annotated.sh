# The price is written on the Deployment.
kubectl annotate deployment blog-api controller.kubernetes.io/pod-deletion-cost=100
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
