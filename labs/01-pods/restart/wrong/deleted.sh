# Both are right, but the Pod that crashes was cleared away.
kubectl delete pod crashing
kubectl run once --image=blog-api:1.2 --restart=Never
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
