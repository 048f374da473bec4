# Two Pods instead of one.
kubectl get pods --selector app=blog-api --output name | head -n 2 | xargs -I{} kubectl label {} app=quarantine --overwrite
kubectl wait --for=jsonpath="{.status.readyReplicas}"=3 deployment/blog-api --timeout=60s
