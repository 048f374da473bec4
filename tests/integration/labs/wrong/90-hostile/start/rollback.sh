# Two releases more: revision 2 has another image, revision 3 has lost the variable, too. Only that one runs.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/blog-api --timeout=60s
kubectl set env deployment/blog-api GREETING-
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl scale deployment/blog-api --replicas=3
