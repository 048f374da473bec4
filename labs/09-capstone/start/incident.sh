# A history of three releases, made without Pods; then the last of them goes out.
kubectl rollout status deployment/front --timeout=60s
kubectl set image deployment/front blog-api=blog-api:1.1
kubectl annotate deployment front kubernetes.io/change-cause="1.1: a faster start page" --overwrite
kubectl rollout status deployment/front --timeout=60s
kubectl set image deployment/front blog-api=blog-api:1.3
kubectl annotate deployment front kubernetes.io/change-cause="1.3: keeps the posts in memory" --overwrite
kubectl rollout status deployment/front --timeout=60s
kubectl scale deployment front --replicas=3
