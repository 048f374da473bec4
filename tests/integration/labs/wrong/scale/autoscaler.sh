# An autoscaler that never lets it have fewer than five: the number is its doing, and the learner's is the autoscaler.
# expect: PASS
# says: the controllers: scaled the Deployment blog-api from 3 to 5
# unsaid: you: Deployment blog-api
kubectl autoscale deployment blog-api --min=5 --max=5 --cpu=80%
kubectl wait --for=jsonpath='{.spec.replicas}'=5 deployment/blog-api --timeout=120s
