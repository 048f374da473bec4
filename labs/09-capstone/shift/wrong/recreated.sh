# search is deleted, and made again without a probe.
kubectl delete deployment search
kubectl create deployment search --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/search --timeout=60s
