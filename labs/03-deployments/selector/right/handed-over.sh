# The old one gives its Pods away one by one, while the new one has all of its own already.
kubectl apply view-last-applied deployment/blog-api --output yaml | sed -e 's/^  name: blog-api/  name: blog/' -e 's/app: blog-api/app: blog/' | kubectl apply --server-side --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl scale deployment blog-api --replicas=1
kubectl scale deployment blog-api --replicas=0
kubectl delete deployment blog-api
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
