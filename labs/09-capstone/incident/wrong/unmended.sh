# 1.3 is shipped again, as it was.
kubectl rollout undo deployment/front
kubectl rollout status deployment/front --timeout=60s
kubectl patch deployment front --patch='{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}}}'
kubectl set image deployment/front blog-api=blog-api:1.3
