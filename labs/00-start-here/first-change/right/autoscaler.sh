# An autoscaler is told the number, and writes it.
kubectl autoscale deployment blog-api --min=4 --max=4
kubectl wait --for=jsonpath='{.spec.replicas}'=4 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
