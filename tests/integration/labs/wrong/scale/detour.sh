# Up to sixteen, and down again: never fewer than three, so it counts. What goes, goes by the ReplicaSet's hand.
# expect: PASS
# says: you: Deployment blog-api: scaled from 3 to 16
# says: the controllers: scaled the ReplicaSet
# unsaid: you: deleted the Pod
kubectl scale deployment blog-api --replicas=16
kubectl wait --for=jsonpath='{.status.replicas}'=16 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=5
kubectl rollout status deployment/blog-api --timeout=120s
