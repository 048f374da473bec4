# Deleted and made again between the two releases: the first one is forgotten.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="a new image"
kubectl rollout status deployment/blog-api --timeout=60s
kubectl get deployment blog-api --output yaml > "$TMPDIR/blog-api.yaml"
kubectl delete deployment blog-api
kubectl create --filename "$TMPDIR/blog-api.yaml"
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="longer pages"
kubectl rollout status deployment/blog-api --timeout=60s
