# A Deployment of this name: its Pod is called otherwise, and has an owner.
# expect: FAIL hint=deployment
# says: there is none
# on kind, too
kubectl create deployment loner --image=blog-api:1.0
kubectl rollout status deployment/loner --timeout=120s
