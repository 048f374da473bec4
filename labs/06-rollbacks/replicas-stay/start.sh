# Thursday: four replicas. Friday: another release, and only one replica, at once. Both days say why.
kubectl annotate deployment/blog-api kubernetes.io/change-cause="Thursday: 1.0, four Pods for the weekend"
kubectl scale deployment/blog-api --replicas=4
kubectl wait --for=jsonpath='{.status.observedGeneration}'=3 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "Friday: 1.1, and one Pod will do"}}, "spec": {"replicas": 1, "strategy": {"rollingUpdate": {"maxUnavailable": 1}}, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
kubectl wait --for=jsonpath='{.status.replicas}'=1 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "Friday: 1.1, and one Pod will do"}}, "spec": {"replicas": 1, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}}, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}' --output yaml | kubectl apply --filename -
