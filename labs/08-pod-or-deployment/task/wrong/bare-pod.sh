# A bare Pod that runs once: this time it went well.
kubectl run migrate --image=blog-api:1.1 --restart=Never -- migrate
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
