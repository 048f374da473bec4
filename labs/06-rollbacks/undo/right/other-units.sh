# The object is replaced by one with the old values, written in other units.
kubectl get deployment blog-api --output yaml | sed -e 's/blog-api:1\.1$/blog-api:1.0/' -e 's/value: "50"/value: "20"/' -e 's/memory: 64Mi/memory: 67108864/' -e 's/cpu: 10m/cpu: "0.010"/' | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
