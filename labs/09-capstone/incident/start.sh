# A history of three releases, the first two made without Pods; the last of them goes out.
kubectl wait --for=jsonpath='{.status.observedGeneration}'=1 deployment/front --timeout=60s
kubectl patch deployment front --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "1.1: a faster start page"}}, "spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl wait --for=jsonpath='{.status.observedGeneration}'=2 deployment/front --timeout=60s
kubectl apply view-last-applied deployment/front | kubectl patch --local --filename - --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "1.3: keeps the posts in memory"}}, "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.3"}]}}}}' --output yaml | kubectl apply --filename -
