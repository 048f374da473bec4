# Two releases more, and room for one old revision: the first one is thrown away.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 1, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 3, "revisionHistoryLimit": 1, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1", "env": [{"name": "PAGE_SIZE", "value": "50"}]}]}}}}' --output yaml | kubectl apply --filename -
