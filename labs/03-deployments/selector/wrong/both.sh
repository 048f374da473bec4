# The old one is scaled to zero, and stays.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch '{"metadata": {"name": "blog", "labels": {"app": "blog"}}, "spec": {"selector": {"matchLabels": {"app": "blog"}}, "template": {"metadata": {"labels": {"app": "blog"}}}}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog --timeout=60s
kubectl scale deployment blog-api --replicas=0
kubectl wait --for=delete pods --selector app=blog-api --timeout=60s
