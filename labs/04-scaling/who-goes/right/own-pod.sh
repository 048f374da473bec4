# A Pod of one's own comes and goes meanwhile: it is nobody's business.
kubectl run notes --image=blog-api:1.0
kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=100
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
kubectl delete pod notes
