# A Job: it is content when its Pod has ended well.
kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate
kubectl wait --for=condition=Complete job/migrate --timeout=60s
kubectl logs job/migrate
