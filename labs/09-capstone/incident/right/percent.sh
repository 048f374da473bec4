# The revision is named; the strategy is in per cent, and the limit a fraction.
kubectl rollout undo deployment/front --to-revision=2
kubectl rollout status deployment/front --timeout=60s
kubectl patch deployment front --patch '{"spec": {"strategy": {"rollingUpdate": {"maxSurge": "34%", "maxUnavailable": "10%"}}}}'
kubectl rollout pause deployment/front
kubectl set resources deployment/front --limits=memory=0.125Gi
kubectl set image deployment/front blog-api=blog-api:1.3
kubectl rollout resume deployment/front
kubectl rollout status deployment/front --timeout=60s
