# Three releases more: a banner, a new image, another page size. The fourth one runs.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api BANNER=welcome
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "env": [{"name": "PAGE_SIZE", "value": "50"}, {"name": "BANNER", "value": "welcome"}]}]}}}}' --output yaml | kubectl apply --filename -
