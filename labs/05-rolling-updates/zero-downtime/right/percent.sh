# The numbers are written in per cent: of four, 25% is one, and 10% is none.
kubectl patch deployment blog-api --patch '{"spec": {"strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "10%"}}}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=60s
