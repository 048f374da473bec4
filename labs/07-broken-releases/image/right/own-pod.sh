# The right name is tried out in a Pod of one's own, which goes again.
kubectl run blog-api-try --image=blog-api:1.1
kubectl wait --for=condition=Ready pod/blog-api-try --timeout=60s
kubectl delete pod blog-api-try
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
