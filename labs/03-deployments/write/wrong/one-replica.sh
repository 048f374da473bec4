# The number was forgotten.
kubectl create deployment blog-api --image=blog-api:1.0 --dry-run=client --output yaml | kubectl patch --local --filename - --patch 'spec: {template: {metadata: {labels: {tier: web}}}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
