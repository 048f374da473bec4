# A restart makes all Pods anew, from the old template.
kubectl rollout restart deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
