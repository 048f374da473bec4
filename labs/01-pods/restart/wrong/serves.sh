# Nobody says that it is to migrate.
kubectl run once --image=blog-api:1.2 --restart=Never
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure
kubectl wait --for=condition=Ready pod/migrate --timeout=60s
