# Release 1.4, all three Pods at once, with a liveness probe that has no patience.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"progressDeadlineSeconds": 60, "strategy": {"rollingUpdate": {"maxSurge": 3}}, "template": {"metadata": {"labels": {"version": "1.4"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.4", "livenessProbe": {"periodSeconds": 2, "failureThreshold": 2}}]}}}}' --output yaml | kubectl apply --filename -
