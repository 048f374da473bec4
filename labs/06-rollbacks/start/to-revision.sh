# Three releases more: a new image, a banner, another page size. The fourth one runs.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api BANNER=welcome
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl wait --for=jsonpath='{.status.observedGeneration}'=4 deployment/blog-api --timeout=60s
kubectl scale deployment/blog-api --replicas=3
