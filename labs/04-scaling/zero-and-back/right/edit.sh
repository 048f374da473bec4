# The number is written in an editor, both times.
KUBE_EDITOR="sed -i.bak 's/^  replicas: 3\$/  replicas: 0/'" kubectl edit deployment blog-api
kubectl wait --for=delete pod --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
KUBE_EDITOR="sed -i.bak 's/^  replicas: 0\$/  replicas: 3/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
