# Mended, and shipped with the strategy as it was.
kubectl rollout undo deployment/front
kubectl rollout status deployment/front --timeout=60s
kubectl set resources deployment/front --limits=memory=128Mi
kubectl set image deployment/front blog-api=blog-api:1.3
kubectl rollout status deployment/front --timeout=60s
