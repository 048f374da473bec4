# The one that was meant to fail gets what it lacks.
kubectl run once --image=blog-api:1.2 --restart=Never --env=DATABASE_URL=postgres://db
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate
kubectl wait --for=condition=Ready pod/once --timeout=60s
