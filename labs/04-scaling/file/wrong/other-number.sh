# The right place, another number.
kubectl apply view-last-applied deployment/blog-api --output json | kubectl patch --local --filename - --type merge --patch '{"spec":{"replicas":6}}' --output json | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
