# The Deployment is changed in an editor; the extra Pod goes first.
kubectl delete pod blog-api-extra
KUBE_EDITOR="sed -i.bak -e 's/blog-api:9.9\$/blog-api:1.1/' -e 's/^  replicas: 2\$/  replicas: 3/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
