# The other Pod is mended by hand as well: all are ready, and the template is as wrong as before.
kubectl get pods --selector app=blog-api,pod-template-hash --output name | xargs -I{} kubectl set image {} blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.readyReplicas}'=2 deployment/blog-api --timeout=60s
kubectl delete pod blog-api-extra
