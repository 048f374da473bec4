# Never for what may fail once, OnFailure for what has to be done in the end.
kubectl run once --image=blog-api:1.2 --restart=Never
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/once --timeout=60s
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
