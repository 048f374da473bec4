# The object is read, corrected beside the cluster, and put back.
kubectl get deployment blog-api --output yaml | sed 's/cpu: "64"/cpu: 64000u/' | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
