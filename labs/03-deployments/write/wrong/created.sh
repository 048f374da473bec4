# Everything is right, but it was created instead of applied.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml | kubectl patch --local --filename - --patch 'spec: {template: {metadata: {labels: {tier: web}}}}' --output yaml | kubectl create --filename -
kubectl rollout status deployment/blog-api --timeout=60s
