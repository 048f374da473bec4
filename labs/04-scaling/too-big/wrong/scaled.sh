# More of them, but each is as big as before.
kubectl scale deployment blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.replicas}'=5 deployment/blog-api --timeout=60s
