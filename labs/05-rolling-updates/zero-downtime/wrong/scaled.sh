# More Pods first, so that losing three does not hurt.
kubectl scale deployment blog-api --replicas=6
kubectl rollout status deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
