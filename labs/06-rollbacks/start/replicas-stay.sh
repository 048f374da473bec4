# Thursday: four replicas. Friday: another release, and only one replica. Both days say why.
kubectl annotate deployment/blog-api kubernetes.io/change-cause="Thursday: 1.0, four Pods for the weekend"
kubectl scale deployment/blog-api --replicas=4
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.observedGeneration}'=4 deployment/blog-api --timeout=60s
kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="Friday: 1.1, and one Pod will do"
kubectl scale deployment/blog-api --replicas=1
