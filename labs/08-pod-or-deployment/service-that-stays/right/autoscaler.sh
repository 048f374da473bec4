# One replica at first; an autoscaler sees to it that there are two.
kubectl create deployment blog-api --image=blog-api:1.0
kubectl autoscale deployment blog-api --min=2 --max=3
kubectl wait --for=jsonpath='{.spec.replicas}'=2 deployment/blog-api --timeout=90s
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod blog-api
