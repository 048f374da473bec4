# The number is taken out of the file, and with it the number is gone.
kubectl apply view-last-applied deployment/blog-api --output json | kubectl patch --local --filename - --type merge --patch '{"spec":{"replicas":null}}' --output json | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
