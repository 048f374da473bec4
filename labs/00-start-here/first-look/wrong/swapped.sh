# The rollout goes on until all three are new, and one of these gets the label.
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
kubectl label "$(kubectl get pods --output name | head -n 1)" seen=yes
