# The task has one try only.
kubectl run once --image=blog-api:1.2 --restart=Never
kubectl run migrate --image=blog-api:1.0 --restart=Never -- migrate
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
