# The Pod that is different is deleted.
kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}' | xargs kubectl delete pod
kubectl rollout status deployment/blog-api --timeout=60s
