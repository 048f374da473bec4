# Started again, with the same image.
kubectl rollout restart deployment/blog-api
kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 deployment/blog-api --timeout=60s
