# The number is written in an editor.
KUBE_EDITOR="sed -i.bak 's/^  replicas: 3\$/  replicas: 5/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
