# A request that was meant in thousandths of a CPU.
kubectl set resources deployment/blog-api --requests=cpu=64m
kubectl rollout status deployment/blog-api --timeout=60s
