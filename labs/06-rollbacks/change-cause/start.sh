# One release so far, and it runs.
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 3}}' --output yaml | kubectl apply --filename -
