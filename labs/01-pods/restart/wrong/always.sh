# Nothing is said about restarts: that means Always.
kubectl run once --image=blog-api:1.2
kubectl run migrate --image=blog-api:1.0 -- migrate
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/migrate --timeout=60s
