# It is created once, and what was created is noted, so that apply can go on from there.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml | kubectl patch --local --filename - --patch 'spec: {template: {metadata: {labels: {tier: web}}}}' --output yaml | kubectl create --save-config --filename -
kubectl rollout status deployment/blog-api --timeout=60s
