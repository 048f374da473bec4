# Without Pods there is no old image, no new one, and a complete rollout.
# expect: FAIL hint=zero
# says: the Pods' images: none
kubectl scale deployment blog-api --replicas=0
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=120s
