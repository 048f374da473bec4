# After the way back, the object is read, corrected beside the cluster, and put back.
kubectl rollout undo deployment/front
kubectl rollout status deployment/front --timeout=60s
kubectl get deployment front --output yaml | sed -e 's/maxUnavailable: 100%/maxUnavailable: 0/' -e 's/maxSurge: 0/maxSurge: 1/' -e 's/memory: 64Mi/memory: 131072Ki/' -e 's/blog-api:1\.1$/blog-api:1.3/' | kubectl replace --filename -
kubectl rollout status deployment/front --timeout=60s
