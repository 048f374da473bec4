# Another version first.
kubectl set image deployment/blog-api blog-api=blog-api:9.9
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
