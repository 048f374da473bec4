# The object is read, corrected beside the cluster, and put back.
kubectl get deployment blog-api --output yaml | sed 's/blog-api:9\.9$/blog-api:1.0/' | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
