# The second label is on the Deployment, not on its Pods.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml | kubectl patch --local --filename - --patch 'metadata: {labels: {tier: web}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
