# Release 2 brings another image and another page size in one step; it is the one that runs.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "env": [{"name": "PAGE_SIZE", "value": "50"}]}]}}}}' --output yaml | kubectl apply --filename -
