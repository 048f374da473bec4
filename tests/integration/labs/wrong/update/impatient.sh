# A deadline of one second is over before the rollout is, which ends well all the same.
# expect: PASS
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 1}}'
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
