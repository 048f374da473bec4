# Five by the Deployment, which is right, and a stranger under its label, which is not.
# expect: FAIL hint=bare-pods
# says: A hidden check: ownership
kubectl scale deployment blog-api --replicas=5
kubectl run one-more --image=blog-api:1.0 --labels=app=blog-api
kubectl rollout status deployment/blog-api --timeout=120s
