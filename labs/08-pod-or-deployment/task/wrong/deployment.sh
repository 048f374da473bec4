# A Deployment: what has ended well is started again, for ever.
kubectl create deployment migrate --image=blog-api:1.1 -- /blog-api migrate
kubectl wait --for=jsonpath='{.status.replicas}'=1 deployment/migrate --timeout=60s
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod --selector app=migrate --timeout=60s
