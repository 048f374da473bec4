# The reasons are written on the Pods, where the history does not look.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate pods --selector app=blog-api kubernetes.io/change-cause="a new image"
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate pods --overwrite --selector app=blog-api kubernetes.io/change-cause="longer pages"
