# The successor is created, not applied, and writes the same amounts in other units.
kubectl apply view-last-applied deployment/blog-api --output yaml | sed -e 's/^  name: blog-api/  name: blog/' -e 's/app: blog-api/app: blog/' -e 's/memory: 64Mi/memory: 67108864/' -e 's/cpu: 10m/cpu: 0.01/' | kubectl create --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
