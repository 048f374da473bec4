# The whole command line is one list, or is split in two.
kubectl run once --image=blog-api:1.2 --restart=Never --command -- /blog-api
kubectl run migrate --image=blog-api:1.0 --restart=OnFailure --command --dry-run=client --output yaml -- /blog-api migrate | kubectl create --filename -
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/once --timeout=60s
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/migrate --timeout=60s
