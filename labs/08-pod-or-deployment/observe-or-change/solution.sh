# What should last is changed on the Deployment; what nobody asks for goes; what is done is left alone.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl scale deployment/blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
