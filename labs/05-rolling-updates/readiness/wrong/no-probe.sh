# Released with nobody to ask.
kubectl set image deployment/blog-api blog-api=blog-api:1.4
kubectl rollout status deployment/blog-api --timeout=60s
