# The two are mended instead of read.
kubectl rollout resume deployment/comments
kubectl set image deployment/search blog-api=blog-api:1.1
kubectl rollout status deployment/comments --timeout=60s
kubectl rollout status deployment/search --timeout=60s
kubectl label deployment --all rollout=complete
