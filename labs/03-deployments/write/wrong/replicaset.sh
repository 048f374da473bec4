# A ReplicaSet, which the learner has written as the kind.
kubectl apply --filename - <<< '{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "blog-api"}, "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "blog-api"}}, "template": {"metadata": {"labels": {"app": "blog-api", "tier": "web"}}, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0"}]}}}}'
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 replicaset/blog-api --timeout=60s
