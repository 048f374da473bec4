# The whole object is read, changed beside the cluster, and put back, with the image's whole name and amounts in other units.
kubectl get deployment blog-api --output json | kubectl patch --local --filename - --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "docker.io/library/blog-api:1.1", "resources": {"limits": {"memory": "65536Ki"}}}]}}}}' --output json | kubectl replace --filename -
kubectl rollout status deployment/blog-api --timeout=60s
