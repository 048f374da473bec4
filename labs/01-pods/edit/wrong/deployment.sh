# A Deployment, because its template can be edited.
kubectl delete pod orders
kubectl create deployment orders --image=blog-api:1.2
kubectl set env deployment/orders DATABASE_URL=postgres://db
kubectl rollout status deployment/orders --timeout=60s
