# An autoscaler is told the number, and writes it.
kubectl autoscale deployment blog-api --min=5 --max=5
kubectl wait --for=jsonpath='{.spec.replicas}'=5 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
