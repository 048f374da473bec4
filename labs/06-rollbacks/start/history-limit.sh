# Two releases more, and room for one old revision: the first one is thrown away.
kubectl patch deployment blog-api --patch '{"spec": {"revisionHistoryLimit": 1}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl wait --for=jsonpath='{.status.observedGeneration}'=4 deployment/blog-api --timeout=60s
kubectl scale deployment/blog-api --replicas=3
