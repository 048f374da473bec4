# Each reason is written before its release, and lands on the one before.
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="a new image"
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="longer pages"
kubectl wait --for=jsonpath='{.status.observedGeneration}'=5 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl rollout status deployment/blog-api --timeout=60s
