# Three Pods serve. A release of an image that does not exist had a second to get anywhere; those to come have three.
kubectl scale deployment/blog-api --replicas=3
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 1, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:9.9"}]}}}}'
kubectl wait --for=jsonpath='{.status.availableReplicas}'=3 deployment/blog-api --timeout=60s
kubectl wait --for=condition=Progressing=False deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 3, "progressDeadlineSeconds": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:9.9"}]}}}}' --output yaml | kubectl apply --filename -
