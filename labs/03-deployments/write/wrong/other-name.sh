# All as wished, but under another name.
kubectl create deployment blog --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml | kubectl patch --local --filename - --patch 'spec: {template: {metadata: {labels: {tier: web}}}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog --timeout=60s
