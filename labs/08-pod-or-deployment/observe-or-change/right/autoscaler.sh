# The image by hand, the number by an autoscaler.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl autoscale deployment blog-api --min=3 --max=3
kubectl wait --for=jsonpath='{.spec.replicas}'=3 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
