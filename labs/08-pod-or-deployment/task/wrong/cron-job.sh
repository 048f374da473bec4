# A CronJob for every minute, and the Job that is asked for made from it.
kubectl create cronjob migrate --image=blog-api:1.1 --schedule='* * * * *' -- /blog-api migrate
kubectl create job migrate --from=cronjob/migrate
kubectl wait --for=condition=Complete job/migrate --timeout=60s
