# OnFailure for the one that always fails.
kubectl run once --image=blog-api:1.2 --restart=OnFailure
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
