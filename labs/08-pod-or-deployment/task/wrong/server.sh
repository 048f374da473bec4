# A Job that runs a server: it never ends.
kubectl create job migrate --image=blog-api:1.1
kubectl wait --for=jsonpath='{.status.ready}'=1 job/migrate --timeout=60s
