# Two Pods of a Deployment and the first one, with the same label: three run, and nobody looks after one of them.
# expect: FAIL hint=number
# says: blog-api asks for 2 Pods; it should ask for 3
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2
kubectl rollout status deployment/blog-api --timeout=120s
