# Paused when the first change is being rolled out already.
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
kubectl rollout pause deployment/blog-api
kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
