# The Pods are given the new image, one by one.
kubectl set image pods --selector app=blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pods --selector app=blog-api --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
