# Both releases go out first, and their reasons are written on what keeps them.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api 'kubernetes.io/change-cause=1.1'
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl annotate deployment/blog-api --overwrite 'kubernetes.io/change-cause=more on each page'
kubectl rollout status deployment/blog-api --timeout=60s
