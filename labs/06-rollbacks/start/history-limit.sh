# Two releases more, and room for one old revision: the first one is thrown away.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 1, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "blog-api", "env": [{"name": "PAGE_SIZE", "value": "50"}]}]}}}}'
