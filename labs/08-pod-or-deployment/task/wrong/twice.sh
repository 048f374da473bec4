# Two Jobs, so the migration runs twice.
kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate
kubectl create job migrate-again --image=blog-api:1.1 -- /blog-api migrate
kubectl wait --for=condition=Complete job/migrate job/migrate-again --timeout=60s
