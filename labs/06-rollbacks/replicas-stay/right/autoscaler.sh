# The template comes back with an undo, the number by an autoscaler.
kubectl rollout undo deployment/blog-api
kubectl autoscale deployment blog-api --min=4 --max=4
kubectl wait --for=jsonpath='{.spec.replicas}'=4 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
