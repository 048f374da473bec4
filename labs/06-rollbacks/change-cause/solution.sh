# Two releases, and after each of them its reason.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api kubernetes.io/change-cause="1.1: search finds titles, too"
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="50 posts on a page"
kubectl rollout history deployment/blog-api
