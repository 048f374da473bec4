# What stands behind the dashes is taken for a program.
kubectl create job migrate --image=blog-api:1.1 -- migrate
kubectl wait --for=jsonpath='{.status.failed}'=1 job/migrate --timeout=60s
