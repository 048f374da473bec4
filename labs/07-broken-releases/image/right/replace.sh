# The object is read, corrected beside the cluster, and put back.
kubectl get deployment blog-api --output yaml | sed 's/blog-api:v1\.1$/blog-api:1.1/' | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
