# Three Pods serve; then comes a release of an image that does not exist, and it has three seconds to get anywhere.
kubectl scale deployment/blog-api --replicas=3
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"spec": {"progressDeadlineSeconds": 3, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:9.9"}]}}}}'
