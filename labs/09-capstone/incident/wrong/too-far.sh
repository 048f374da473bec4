# Back to the very first release.
kubectl rollout undo deployment/front --to-revision=1
kubectl rollout status deployment/front --timeout=60s
kubectl patch deployment front --patch='{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}}}'
kubectl set resources deployment/front --limits=memory=128Mi
kubectl set image deployment/front blog-api=blog-api:1.3
kubectl rollout status deployment/front --timeout=60s
