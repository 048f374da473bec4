# A label that no selector looks at.
kubectl label "$(kubectl get pods --selector app=blog-api --output name | head -n 1)" state=quarantine
