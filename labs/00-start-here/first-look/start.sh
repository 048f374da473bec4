# One of three is swapped for the new model; then the rollout is paused.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
kubectl rollout pause deployment/blog-api
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"minReadySeconds": null, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}' --output yaml | kubectl apply --filename -
kubectl patch $(kubectl get replicasets --output name) --patch '{"spec":{"minReadySeconds":0}}'
kubectl wait --for=jsonpath='{.status.availableReplicas}'=3 deployment/blog-api --timeout=60s
