# Five Pods by the Deployment, which is paused: it looks after their number, and would roll out nothing.
# expect: FAIL hint=paused
# says: the rollout is paused
kubectl rollout pause deployment/blog-api
kubectl scale deployment blog-api --replicas=5
kubectl wait --for=jsonpath='{.status.readyReplicas}'=5 deployment/blog-api --timeout=120s
