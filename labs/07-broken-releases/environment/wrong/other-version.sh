# A release that does not ask for the variable, instead of the one to be shipped.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
