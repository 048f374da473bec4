# The cause is mended while nobody is served.
kubectl set resources deployment/front --limits=memory=128Mi
kubectl rollout status deployment/front --timeout=60s
