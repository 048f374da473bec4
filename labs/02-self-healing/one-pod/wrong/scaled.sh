# Scaled down and up again: Pods are replaced, but by order.
kubectl scale deployment blog-api --replicas=1
kubectl wait --for=jsonpath='{.status.replicas}'=1 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
