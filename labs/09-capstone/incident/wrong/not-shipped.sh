# Rolled back, and left there.
kubectl rollout undo deployment/front
kubectl rollout status deployment/front --timeout=60s
