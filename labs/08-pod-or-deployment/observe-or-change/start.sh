# Somebody has mended one Pod by hand, and not the Deployment.
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/blog-api --timeout=60s
pod=$(kubectl get pods --selector app=blog-api,pod-template-hash --output name | head -n 1)
kubectl set image "$pod" blog-api=blog-api:1.1
