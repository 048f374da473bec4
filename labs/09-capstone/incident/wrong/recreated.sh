# front is deleted and made again, with the release that worked.
kubectl delete deployment front
kubectl create deployment front --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/front --timeout=60s
