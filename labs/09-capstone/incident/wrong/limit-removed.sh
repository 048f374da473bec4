# 1.3 goes out without any memory limit.
kubectl rollout undo deployment/front
kubectl rollout status deployment/front --timeout=60s
kubectl patch deployment front --patch='{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}}}'
kubectl patch deployment front --type=json --patch='[{"op":"remove","path":"/spec/template/spec/containers/0/resources/limits"}]'
kubectl set image deployment/front blog-api=blog-api:1.3
kubectl rollout status deployment/front --timeout=60s
